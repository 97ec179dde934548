using System.Reflection;

namespace Numa.Cli.Exports;

/// <summary>What a result was made with.</summary>
internal static class Versions
{
    /// <summary>Version of Numa, with the commit where the build knew it.</summary>
    public static string Numa { get; } = Of(typeof(Versions).Assembly);

    /// <summary>As <c>versions.json</c> holds them: Numa, .NET, and the packages that figures come from.</summary>
    public static string Json { get; } = JsonExport.Text(new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["Numa"] = Numa,
        [".NET"] = Environment.Version.ToString(),
        ["Akka"] = Of(typeof(Akka.Actor.ActorSystem).Assembly),
        ["HdrHistogram"] = Of(typeof(HdrHistogram.LongHistogram).Assembly),
        ["MathNet.Numerics"] = Of(typeof(MathNet.Numerics.Distributions.StudentT).Assembly),
        ["YamlDotNet"] = Of(typeof(YamlDotNet.Core.Parser).Assembly),
    });

    private static string Of(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? assembly.GetName().Version?.ToString() ?? "unknown";
}
