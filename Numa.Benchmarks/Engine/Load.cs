using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Benchmarks.Engine;

/// <summary>What a load does on every CPU.</summary>
public enum LoadKind
{
    /// <summary>Toggles 1024 random slots, order 0. In equilibrium a pageset hardly ever runs full or empty.</summary>
    Order0,

    /// <summary>Toggles 1024 random slots, orders 0, 1, 2, 3, 5 and 9: the two largest visit their zone.</summary>
    Mixed,

    /// <summary>Faults 1024 pages and unmaps them, again and again: the pagesets overflow and run dry.</summary>
    Storm,
}

/// <summary>A machine and what runs on it: REF-1 and its relatives, by number of CPUs.</summary>
/// <remarks>64 MiB for each CPU, Linux 6.1, half of the memory in Movable zones. With 64 CPUs on 2 nodes these are four
/// zones of 1 GiB, and the 16 MiB of DMA. Toggling tasks compute nothing between two operations.</remarks>
/// <param name="Operations">Of all CPUs together.</param>
public sealed record Load(LoadKind Kind, int Nodes, int Cpus, long Operations)
{
    /// <summary>Blocks that each CPU holds at most.</summary>
    public const int Slots = 1024;

    private const ulong Seed = 1;

    /// <summary>Memory of each node; what it is makes no difference but to the scale table.</summary>
    public ByteSize MemoryPerNode { get; init; } = new(Cpus / Nodes * (64L << 20));

    /// <summary>Release whose rules hold: up to 6.6 a freed block of order 1 to 3 may empty the whole pageset.</summary>
    public string Kernel { get; init; } = "6.1";

    public long OperationsPerCpu => Operations / Cpus;

    public string Name =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()}, {Cpus} CPUs")
        + (Kernel == "6.1" ? "" : $", {Kernel}");

    /// <summary>The same for another number of operations.</summary>
    public Load Times(double factor) => this with { Operations = (long)(Operations * factor) };

    /// <summary>The machine as a person describes it.</summary>
    public MachineFile Describe() => ScenarioParser.ParseMachine(MachineText(), "bench.yaml");

    /// <summary>The machine with its tasks.</summary>
    public SimulationPlan Plan(SimulationClock clock)
    {
        var machine = MachineText();
        var scenario = ScenarioParser.Parse(
            $"machine: bench.yaml\nworkloads:\n  load: {{cpus: all, operations: {OperationsPerCpu}, {Workload()}}}\n",
            "bench-load.yaml", [], (path, _) => new(path, machine));
        var booted = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        return ScenarioPlan.Of(scenario, booted, Seed, clock);
    }

    /// <summary>Boots a machine that has nothing to do.</summary>
    public static SimulationPlan IdlePlan(MachineFile described)
    {
        var booted = MachineBoot.Boot(described.Machine, described.Boot, []);
        return new(booted.Image, [], CostModel.Default, VirtualInstant.Never, []);
    }

    private string Workload() => Kind == LoadKind.Storm
        ? $"kind: storm, workingSet: {Slots * 4}KiB, release: all"
        : $"kind: toggle, slots: {Slots}, think: 0ns, mix: {Kind.ToString().ToLowerInvariant()}";

    private string MachineText()
    {
        var each = Cpus / Nodes;
        var kibibytes = MemoryPerNode.Bytes >> 10;
        // Low memory ends at 1 GiB, so that node 0 has no more of DMA32 than of other zones.
        return $"name: bench\nkernel: \"{Kernel}\"\nholes: [1GiB-4GiB]\n"
            + $"movablecore: {kibibytes * Nodes / 2}KiB\nnodes:\n"
            + string.Concat(Enumerable.Range(0, Nodes).Select(node =>
                $"  - {{memory: {kibibytes}KiB, cpus: {node * each}-{(node + 1) * each - 1}}}\n"));
    }
}
