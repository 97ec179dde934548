using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Core.Rounds;

/// <summary>Which group carries each CPU and each zone. Any partition gives the same run.</summary>
/// <param name="OfCpu">Shape: index = CPU number, value = group number.</param>
/// <param name="OfZone">Shape: index = slot of the zone, value = group number.</param>
public sealed record GroupMap(int[] OfCpu, int[] OfZone)
{
    public int Count { get; } = OfCpu.Concat(OfZone).DefaultIfEmpty(-1).Max() + 1;

    /// <summary>How many CPUs of the same group have lower numbers. Shape: index = CPU number.</summary>
    internal int[] PlaceOfCpu { get; } = Places(OfCpu);

    /// <summary>How many zones of the same group have lower slots. Shape: index = slot of the zone.</summary>
    internal int[] PlaceOfZone { get; } = Places(OfZone);

    /// <summary>Every CPU and zone in one group.</summary>
    public static GroupMap Single(int cpus, int zones) => new(new int[cpus], new int[zones]);

    /// <summary>Whole nodes in at most so many groups, ascending nodes shared out evenly.</summary>
    public static GroupMap OfNodes(MachineImage machine, int groups)
    {
        ImmutableArray<NodeId> nodes =
            [.. machine.Nodes.Concat(machine.Zones.Select(zone => zone.Id.Node)).Distinct().Order()];
        var count = Math.Min(groups, nodes.Length);
        int GroupOf(NodeId node) => nodes.IndexOf(node) * count / nodes.Length;
        return new(
            [.. Enumerable.Range(0, machine.Cpus.CpuCount).Select(cpu => GroupOf(machine.Cpus.NodeOf(new(cpu))))],
            [.. machine.Zones.Select(zone => GroupOf(zone.Id.Node))]);
    }

    /// <summary>Every CPU and every zone is a group of its own: CPUs first, then zones.</summary>
    public static GroupMap Apart(int cpus, int zones) =>
        new([.. Enumerable.Range(0, cpus)], [.. Enumerable.Range(cpus, zones)]);

    private static int[] Places(int[] groups)
    {
        var next = new int[groups.DefaultIfEmpty(-1).Max() + 1];
        return [.. groups.Select(group => next[group]++)];
    }
}
