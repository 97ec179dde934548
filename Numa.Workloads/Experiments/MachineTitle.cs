using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Boot;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Experiments;

/// <summary>A machine's name and its nodes: <c>notes-two-node (2 x 64 GiB)</c>.</summary>
internal static class MachineTitle
{
    private const double PagesPerMiB = 1 << 8;
    private const double MiBPerGiB = 1 << 10;

    /// <summary>More machines than a title has room for are counted.</summary>
    private const int MostNamed = 3;

    /// <summary>The machines of all arms, each once.</summary>
    internal static string Of(ImmutableArray<ComparisonArm> arms)
    {
        var titles = arms.Select(arm => Of(arm.Scenario, arm.Machine)).Distinct().ToList();
        return titles.Count <= MostNamed
            ? Choice.Joined(titles)
            : string.Create(CultureInfo.InvariantCulture, $"{titles.Count} machines");
    }

    internal static string Of(Scenario scenario, MachineImage machine)
    {
        var nodes = scenario.Machine is DescribedMachine { Machine.MemoryMap.IsEmpty: true } described
            ? described.Machine.Nodes.Select(node => (Pages: node.Memory.Bytes / 4096.0, HasCpus: !node.Cpus.IsEmpty))
            : machine.Nodes.Select(node => (Pages: (double)machine.Zones.Where(zone => zone.Id.Node == node)
                .Sum(zone => zone.Present.Value), HasCpus: machine.Cpus.NodeOfCpu.Contains(node)));
        return $"{machine.Name} ({Of([.. nodes])})";
    }

    /// <summary>Nodes with memory by its size; what others lack.</summary>
    /// <param name="nodes">Memory of each, in pages of 4 KiB, and whether it has CPUs.</param>
    internal static string Of(IReadOnlyList<(double Pages, bool HasCpus)> nodes)
    {
        var parts = new List<string>();
        if (Sizes(nodes.Where(node => node.HasCpus)) is { Length: > 0 } whole) parts.Add(whole);
        if (Sizes(nodes.Where(node => !node.HasCpus)) is { Length: > 0 } idle) parts.Add(idle + " without CPUs");
        if (nodes.Count(node => node.Pages == 0 && node.HasCpus) is > 0 and var bare)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{bare} without memory"));
        if (nodes.Count(node => node.Pages == 0 && !node.HasCpus) is > 0 and var empty)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{empty} with neither"));
        return Choice.Joined(parts);
    }

    /// <summary>Neighbours of one size together: <c>2 x 64 GiB + 128 GiB</c>.</summary>
    private static string Sizes(IEnumerable<(double Pages, bool HasCpus)> nodes)
    {
        var runs = new List<(string Size, int Count)>();
        foreach (var size in nodes.Where(node => node.Pages > 0).Select(node => Size(node.Pages)))
        {
            if (runs.Count > 0 && runs[^1].Size == size) runs[^1] = (size, runs[^1].Count + 1);
            else runs.Add((size, 1));
        }

        return string.Join(" + ", runs.Select(run => run.Count == 1
            ? run.Size
            : string.Create(CultureInfo.InvariantCulture, $"{run.Count} x {run.Size}")));
    }

    private static string Size(double pages)
    {
        // Holes and the first MiB's gaps take a little off: a node of 63.99 GiB is sold as 64.
        var (size, unit) = (Math.Round(pages / PagesPerMiB / MiBPerGiB, 1), "GiB");
        if (size < 1) (size, unit) = (Math.Max(1, Math.Round(pages / PagesPerMiB)), "MiB");
        return size.ToString("0.#", CultureInfo.InvariantCulture) + " " + unit;
    }
}
