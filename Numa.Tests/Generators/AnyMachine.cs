using System.Collections.Immutable;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Tests.Generators;

/// <summary>A machine of any shape: what zonelists and marks are computed from.</summary>
public sealed record AnyMachine(
    KernelRelease Release, ImmutableArray<ManagedZone> Zones, NodeDistances Distances, CpuTopology Cpus)
{
    public ImmutableArray<NodeId> Nodes => [.. Enumerable.Range(0, Distances.NodeCount).Select(i => new NodeId(i))];

    public ImmutableHashSet<NodeId> NodesWithMemory =>
        [.. Zones.Where(zone => zone.IsPopulated).Select(zone => zone.Id.Node)];

    /// <summary>Up to six nodes; zones, CPUs and whole nodes may be missing; node 0 has memory and a CPU.</summary>
    public static readonly Gen<AnyMachine> Machines =
        from release in Gen.Int[0, KernelRelease.Known.Length - 1].Select(i => KernelRelease.Known[i])
        from nodes in Gen.Int[1, 6]
        from distances in Gen.Int[11, 14].Array[nodes * nodes]
        from pages in Gen.Frequency((1, Gen.Const(0L)), (2, Gen.Long[1, 5_000]), (3, Gen.Long[1, 3_000_000]))
            .Array[nodes * 4]
        from lost in Gen.Int[0, 100].Array[nodes * 4]
        from cpus in Gen.Int[0, nodes - 1].Array[0, 16]
        select new AnyMachine(
            release,
            [.. pages.Select((present, i) => ZoneAt(i, i == 1 ? present + 4096 : present, lost[i]))],
            new(nodes, distances.Select((distance, i) => i / nodes == i % nodes ? NodeDistances.Local : distance * 2)),
            new([.. cpus.Prepend(0).Select(node => new NodeId(node))]));

    public ZonelistInputs ZonelistInputs(string order = "default") => new(
        Release, Nodes, Zones.ToImmutableDictionary(zone => zone.Id, zone => zone.Present), Distances,
        [.. Cpus.NodeOfCpu], order);

    public override string ToString() =>
        $"{Release.Name}, CPUs on {string.Join(',', Cpus.NodeOfCpu)}, zones {string.Join(' ', Zones)}";

    // Managed pages lie up to a tenth below present ones.
    private static ManagedZone ZoneAt(int i, long present, int lost) => new(
        new(new(i / 4), KernelArchitecture.X64.ZoneKinds[i % 4]), new(present), new(present - present * lost / 1000));
}
