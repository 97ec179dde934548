using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Nodes;

namespace Numa.Core.Boot;

/// <summary>Online nodes, and the node of each CPU.</summary>
/// <remarks>Source: <c>init_cpu_to_node</c> and <c>numa_init_array</c>, Linux arch/x86/mm/numa.c.</remarks>
internal static class CpuPlacement
{
    public static (
        ImmutableArray<NodeId> Nodes, ImmutableArray<NodeId> Possible, CpuTopology Cpus, NodeDistances Distances)
        Place(MachineDescription machine, ImmutableArray<NodeId> withMemory)
    {
        var firmware = FirmwareNodes(machine);
        var count = machine.CpuCount > 0 ? machine.CpuCount : Math.Max(1, firmware.Count);
        // Memory that may be plugged in later makes its node possible; fake nodes have no place in the table.
        var named = machine.FakeNodes.IsEmpty ? machine.Srat.NodeOfDomain.Values : [];
        var highest = withMemory.Concat(firmware.OfType<NodeId>()).Concat(named).Max(node => node.Value);
        var distances = Distances(machine, highest + 1);

        var online = new SortedSet<NodeId>(withMemory);
        var cpus = ImmutableArray.CreateBuilder<NodeId>(count);
        var turn = 0;
        for (var cpu = 0; cpu < count; cpu++)
        {
            // A CPU that no table places goes to the nodes with memory in turn.
            var node = (cpu < firmware.Count ? firmware[cpu] : null) ?? withMemory[turn++ % withMemory.Length];
            if (machine.Release.MemorylessNodesComeOnline) online.Add(node);
            else if (!online.Contains(node)) node = withMemory.OrderBy(other => distances[node, other]).First();
            cpus.Add(node);
        }

        var topology = new CpuTopology(cpus.MoveToImmutable());
        topology = topology with { Listed = OnFakeNodes(machine, highest + 1, topology) };
        return ([.. online], [.. online.Union(named).Order()], topology, distances);
    }

    /// <remarks>Source: <c>numa_set_cpumask</c> of the emulation, Linux arch/x86/mm/numa_emulation.c.</remarks>
    private static ImmutableDictionary<NodeId, ImmutableArray<CpuId>> OnFakeNodes(
        MachineDescription machine, int nodes, CpuTopology cpus)
    {
        if (machine.FakeNodes.IsEmpty) return ImmutableDictionary<NodeId, ImmutableArray<CpuId>>.Empty;
        var real = RealNodes(machine, nodes);
        return machine.FakeNodes.Select(fake => fake.Node).Where(node => node.Value < nodes).Distinct()
            .ToImmutableDictionary(node => node, node => Enumerable.Range(0, cpus.CpuCount)
                .Select(cpu => new CpuId(cpu))
                .Where(cpu => real[cpus.NodeOf(cpu).Value] == real[node.Value])
                .ToImmutableArray());
    }

    /// <summary>Nodes by CPU number, null where nothing tells.</summary>
    /// <remarks>What the kernel announced while it started CPUs outweighs the order of the firmware's table, which
    /// need not be the order of CPU numbers. The boot CPU is never announced, and other messages can tear a line.
    /// </remarks>
    private static List<NodeId?> FirmwareNodes(MachineDescription machine)
    {
        // Fake nodes have no place in the firmware's table.
        var table = machine.FakeNodes.IsEmpty ? machine.Srat.NodesByCpuNumber : [];
        if (machine.AnnouncedCpus.IsEmpty) return [.. table.Select(node => (NodeId?)node)];

        var nodes = new List<NodeId?>();
        var previous = new NodeId(0);
        for (var cpu = 0; cpu < Math.Max(machine.CpuCount, machine.AnnouncedCpus.Keys.Last().Value + 1); cpu++)
        {
            if (machine.AnnouncedCpus.TryGetValue(new(cpu), out var announced)) previous = announced;
            else if (cpu < table.Length) previous = table[cpu];
            nodes.Add(previous);
        }

        return nodes;
    }

    private static NodeDistances Distances(MachineDescription machine, int nodes)
    {
        if (machine.Distances is { } given && given.NodeCount >= nodes) return given;
        if (!machine.FakeNodes.IsEmpty) return BetweenFakeNodes(machine, nodes);
        if (machine.Slit is not { } slit) return NodeDistances.Uniform(nodes);
        // Without a SRAT that names domains, as 6.12 prints none for CPUs, domains and nodes bear the same numbers.
        var domains = machine.Srat.NodeOfDomain;
        for (var i = 0; i < Math.Min(nodes, slit.Domains); i++)
        {
            if (!domains.ContainsKey(i) && !domains.ContainsValue(new(i))) domains = domains.Add(i, new(i));
        }

        return slit.ToNodeDistances(nodes, domains);
    }

    /// <summary>Fake nodes are as far apart as the real nodes that they were cut from.</summary>
    private static NodeDistances BetweenFakeNodes(MachineDescription machine, int nodes)
    {
        var real = RealNodes(machine, nodes);
        var realNodes = real.Max(node => node.Value) + 1;
        var between = machine.Slit?.ToNodeDistances(realNodes, machine.Srat.NodeOfDomain)
            ?? NodeDistances.Uniform(realNodes);
        return new(nodes, real.SelectMany(from => real.Select(to => between[from, to])));
    }

    /// <summary>Which real node each fake node was cut from. Shape: index = fake node.</summary>
    private static NodeId[] RealNodes(MachineDescription machine, int nodes)
    {
        var real = new NodeId[nodes];
        foreach (var fake in machine.FakeNodes.Where(fake => fake.Node.Value < nodes))
        {
            real[fake.Node.Value] = machine.Srat.Memory
                .Where(memory => memory.Start < fake.End && memory.End > fake.Start)
                .Select(memory => memory.Node).FirstOrDefault();
        }

        return real;
    }
}
