using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Hotplug;
using Numa.Core.Nodes;

namespace Numa.Workloads.Scenarios;

/// <summary>Holds a scenario against its machine: the CPUs and nodes that it names are there.</summary>
internal static class MachineFit
{
    /// <param name="torn">Workloads of which a part could not be read.</param>
    internal static void Check(
        Scenario scenario, SyntheticMachine machine, ImmutableHashSet<string> torn, ProblemList problems)
    {
        var nodeOfCpu = new NodeId[machine.Nodes.Sum(node => node.Cpus.Length)];
        for (var node = 0; node < machine.Nodes.Length; node++)
        {
            foreach (var cpu in machine.Nodes[node].Cpus) nodeOfCpu[cpu.Value] = new(node);
        }

        CheckCpus(scenario, new CpuTopology([.. nodeOfCpu]), torn, problems);
        foreach (var workload in scenario.Workloads)
            PolicyReader.Check(workload.Basis, machine.Nodes.Length, problems);

        if (!machine.Release.Architecture.Is64Bit)
        {
            foreach (var operation in scenario.Events.Select(one => one.Memory).OfType<Located<MachineOperation>>())
                problems.Add(operation.At, ProblemCodes.Conflict, "memory hotplug is known on x86-64 only");
        }

        foreach (var occupation in scenario.Occupied)
        {
            if (occupation.Zone.Value.Node.Value < machine.Nodes.Length) continue;
            problems.Add(occupation.Zone.At, ProblemCodes.Nodes,
                $"zone {occupation.Zone.Value} is occupied, but the machine's nodes are 0-{machine.Nodes.Length - 1}");
        }
    }

    internal static void CheckCpus(
        Scenario scenario, CpuTopology topology, ImmutableHashSet<string> torn, ProblemList problems)
    {
        foreach (var workload in scenario.Workloads)
            Check(workload, topology, problems, isWhole: !torn.Contains(workload.Name));
    }

    /// <param name="isWhole">All of it could be read, and so how many CPUs it wants.</param>
    internal static void Check(Workload workload, CpuTopology topology, ProblemList problems, bool isWhole = true)
    {
        var cpus = workload.CpusOn(topology, problems);
        if (workload.Partners is not { } partners || (partners.IsElsewhere && cpus.IsEmpty)) return;
        var consumers = workload.PartnersOn(topology, problems);
        if (!isWhole || cpus.IsEmpty || consumers.IsEmpty) return;
        if (consumers.Length != cpus.Length)
        {
            problems.Add(partners.At, ProblemCodes.Cpus,
                $"workload '{workload.Name}' has {cpus.Length} producers but {consumers.Length} consumers;"
                + " they work in pairs");
        }
    }
}
