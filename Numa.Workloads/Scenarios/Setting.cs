using System.Collections.Immutable;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>One value given on the command line: <c>--set fill.size=8GiB</c>.</summary>
/// <param name="Option">How it was given, for messages: <c>--set</c>, <c>--vary</c>, <c>--after</c>.</param>
public sealed record Setting(string Option, string Path, string Value)
{
    /// <summary>Where problems with the value are reported.</summary>
    /// <remarks>An option that names its own path, such as <c>--kernel</c>, is printed as it was written.</remarks>
    public SourcePlace At => new(Option == "--" + Path ? $"{Option} {Value}" : $"{Option} {Path}={Value}", 0, 0);

    /// <exception cref="InputException">The text is no <c>path=value</c>.</exception>
    public static Setting Parse(string option, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var path = equals < 0 ? "" : text[..equals].Trim();
        if (path.Length > 0) return new(option, path, text[(equals + 1)..].Trim());
        throw new InputException([new(new($"{option} {text}", 0, 0), ProblemCodes.Setting,
            $"expected path=value, for example {option} zonelistOrder=zone")]);
    }
}
