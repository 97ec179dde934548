using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Zonelists;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>What stands above a comparison: the machine's size, and which orders its kernel knows.</summary>
internal static class ComparisonHeading
{
    private const double PagesPerGiB = 1 << 18;

    /// <summary>For example <c>notes-two-node (2 x 64 GiB)</c>.</summary>
    public static string Machine(Scenario scenario, MachineImage machine)
    {
        var sizes = scenario.Machine is DescribedMachine { Machine.MemoryMap.IsEmpty: true } described
            ? described.Machine.Nodes.Select(node => node.Memory.Bytes / 4096.0)
            : machine.Nodes.Select(node => (double)machine.Zones.Where(zone => zone.Id.Node == node)
                .Sum(zone => zone.Present.Value));
        var parts = new List<(string Size, int Count)>();
        foreach (var size in sizes.Select(Size))
        {
            if (parts.Count > 0 && parts[^1].Size == size) parts[^1] = (size, parts[^1].Count + 1);
            else parts.Add((size, 1));
        }

        return $"{machine.Name} ({string.Join(" + ", parts.Select(part =>
            part.Count == 1 ? part.Size : $"{part.Count} x {part.Size}"))})";
    }

    /// <summary>For example <c>kernel 3.10: both orders exist; its default here: zone</c>.</summary>
    public static string Kernel(ImmutableArray<ComparisonArm> arms)
    {
        var releases = arms.Select(arm => arm.Machine).DistinctBy(machine => machine.Release.Name).ToList();
        if (releases.Count > 1)
        {
            return "kernels " + string.Join(", ",
                releases.Select(machine => $"{machine.Release.Name} (default {Default(machine)} order)"));
        }

        return releases[0].Release.KnowsZoneOrder
            ? $"kernel {releases[0].Release.Name}: both orders exist; its default here: {Default(releases[0])}"
            : $"kernel {releases[0].Release.Name}: node order only";
    }

    /// <summary>What no kernel offers; null when every arm exists.</summary>
    public static string? Counterfactual(ImmutableArray<ComparisonArm> arms)
    {
        var impossible = arms.Where(arm => arm.First.Result.Counterfactual).Select(arm => arm.First.Result.Impossible)
            .Distinct().ToList();
        return impossible.Count == 0 ? null : string.Join("; ", impossible);
    }

    private static string Default(MachineImage machine) => DefaultZonelistOrder.Choose(machine.Release,
        machine.Nodes, machine.Zones.ToDictionary(zone => zone.Id, zone => zone.Present)) == ZonelistOrder.Node
        ? "node"
        : "zone";

    private static string Size(double pages)
    {
        var size = pages / PagesPerGiB;
        // Holes and the first MiB's gaps take a little off: a node of 63.99 GiB is sold as 64.
        return Math.Round(size, 1).ToString("0.#", CultureInfo.InvariantCulture) + " GiB";
    }
}
