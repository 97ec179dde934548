using System.Collections.Immutable;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Tests.Core.Zones;

/// <summary>What a real kernel printed after boot and after each write of a sysctl.</summary>
/// <remarks>One text file holds many, each under <c>==> name &lt;==</c>.</remarks>
public sealed class TuningCapture
{
    private readonly Dictionary<string, string> _files;

    public TuningCapture(string folder)
    {
        var file = File.OpenRead(Path.Combine(folder, "tuning.txt.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var parts = Regex.Split(reader.ReadToEnd(), @"^==> (\S+) <==\n", RegexOptions.Multiline);
        _files = Enumerable.Range(0, parts.Length / 2).ToDictionary(i => parts[2 * i + 1], i => parts[2 * i + 2]);
        Release = KernelRelease.Find(Regex.Match(this["version.txt"], @"\d+\.\d+\S*").Value, out _)!;
    }

    public KernelRelease Release { get; }

    public string this[string file] => _files[file];

    public IReadOnlyDictionary<string, string> Files => _files;

    public bool Has(string file) => _files.ContainsKey(file);

    /// <summary>Folder of the committed captures.</summary>
    public static string Root() => Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "Truth");

    public ImmutableArray<ZoneinfoZone> Zoneinfo(string file)
    {
        var (zones, problems) = ZoneinfoReader.Read(file, this[file]);
        Assert.Empty(problems);
        return zones;
    }

    /// <summary>(file after the write, name, value, taken, reads back) in the order written.</summary>
    public IEnumerable<(string File, string Name, string Value, bool Taken, string ReadsBack)> Writes()
    {
        if (!Has("sysctl-changes.txt")) yield break;
        const string line = @"^zoneinfo\.(\S+): (\w+) <- ""(.*)"" errno (\d+), reads back ""(.*)""$";
        foreach (Match match in Regex.Matches(this["sysctl-changes.txt"], line, RegexOptions.Multiline))
        {
            var values = match.Groups.Values.Select(group => group.Value).ToList();
            yield return (values[1], "vm." + values[2], values[3], values[4] == "0", values[5]);
        }
    }

    public ImmutableArray<NodeId> Nodes() =>
        [.. Regex.Matches(this["nodes.txt"], @"node(\d+)/distance")
            .Select(match => new NodeId(int.Parse(match.Groups[1].Value))).Order()];

    public NodeDistances Distances()
    {
        var rows = Regex.Matches(this["nodes.txt"], @"node(\d+)/distance\n([\d ]+)")
            .OrderBy(match => int.Parse(match.Groups[1].Value)).Select(match => match.Groups[2].Value).ToList();
        var values = rows.SelectMany(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return new(rows.Count, values.Select(int.Parse));
    }

    public CpuTopology Cpus()
    {
        var nodeOf = new SortedDictionary<int, NodeId>();
        foreach (Match match in Regex.Matches(this["nodes.txt"], @"node(\d+)/cpulist\n([\d,-]*)"))
        {
            foreach (var range in match.Groups[2].Value.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                var ends = range.Split('-').Select(int.Parse).ToArray();
                for (var cpu = ends[0]; cpu <= ends[^1]; cpu++) nodeOf[cpu] = new(int.Parse(match.Groups[1].Value));
            }
        }

        return new([.. nodeOf.Values]);
    }

    private static string Here([CallerFilePath] string here = "") => here;
}
