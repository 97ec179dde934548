using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Numa.Tests.Architecture;

public class SourceTests
{
    private static readonly string[] Layers = ["Numa.Core", "Numa.Actors", "Numa.Workloads", "Numa.Cli"];

    // Goal: Cli -> Workloads -> Actors -> Core, and never back. Method: what assemblies reference, and what projects
    // say.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_layer_knows_only_those_below_it(int layer)
    {
        var assembly = typeof(Numa.Core.Addressing.Order).Assembly;
        if (layer == 1) assembly = typeof(Numa.Actors.Machine.Cast).Assembly;
        if (layer == 2) assembly = typeof(Numa.Workloads.Scenarios.Scenario).Assembly;
        if (layer == 3) assembly = typeof(Numa.Cli.Execution.ISimulator).Assembly;
        var project = File.ReadAllText(Path.Combine(Root(), Layers[layer], Layers[layer] + ".csproj"));
        foreach (var above in Layers[layer..])
        {
            Assert.DoesNotContain(assembly.GetReferencedAssemblies(), known => known.Name == above);
            Assert.DoesNotContain($"/{above}.csproj", project, StringComparison.Ordinal);
        }

        if (layer == 0) Assert.DoesNotContain("PackageReference", project, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_public_type_says_what_it_is()
    {
        var declaration = new Regex(@"^public .*?\b(class|struct|record|interface|enum|delegate)\b");
        foreach (var (path, lines) in Sources())
        {
            for (var i = 0; i < lines.Length; i++)
            {
                if (!declaration.IsMatch(lines[i])) continue;
                var first = i;
                while (first > 0 && (lines[first - 1].StartsWith("///", StringComparison.Ordinal)
                    || lines[first - 1].StartsWith('['))) first--;
                var comment = string.Join('\n', lines[first..i]);
                // One part of a partial type speaks for all.
                var isPart = lines[i].Contains(" partial ", StringComparison.Ordinal);
                Assert.True(isPart || comment.Contains("<summary>", StringComparison.Ordinal),
                    $"{path}:{i + 1}: {lines[i]}");
            }
        }
    }

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Assert.All(Sources(), file => Assert.True(file.Lines.Length <= 400, $"{file.Path}: {file.Lines.Length} lines"));

    [Fact]
    public void No_line_is_longer_than_120_characters() => Assert.All(Sources(), file => Assert.All(
        file.Lines, (line, at) => Assert.True(line.Length <= 120, $"{file.Path}:{at + 1}: {line.Length} characters")));

    // Only Kernels/ knows versions; everyone else asks a release in the domain's words.
    [Fact]
    public void Nobody_but_the_kernels_compares_releases()
    {
        var comparison = new Regex(@"[Rr]elease\.Name\s*(==|!=|is\b|\.(Equals|StartsWith|CompareTo))"
            + @"|==\s*[\w.]*[Rr]elease\.Name");
        foreach (var (path, lines) in Sources())
        {
            if (path.Split(Path.DirectorySeparatorChar).Contains("Kernels")) continue;
            for (var i = 0; i < lines.Length; i++)
                Assert.False(comparison.IsMatch(lines[i]), $"{path}:{i + 1}: {lines[i].Trim()}");
        }
    }

    private static IEnumerable<(string Path, string[] Lines)> Sources() =>
        from layer in Layers
        from path in Directory.EnumerateFiles(Path.Combine(Root(), layer), "*.cs", SearchOption.AllDirectories)
        let parts = path.Split(Path.DirectorySeparatorChar)
        where !parts.Contains("obj") && !parts.Contains("bin")
        select (path, File.ReadAllLines(path));

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
