using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>A machine, what runs on it, and for how long: everything that determines a run.</summary>
/// <remarks>Immutable but for the tasks, which are handed to their CPUs once.</remarks>
public sealed class SimulationPlan
{
    private readonly VirtualInstant _horizon;
    private readonly ImmutableArray<Occupation> _occupied;
    private readonly TaskDirectory _directory;
    private readonly PageblockTagBoard[] _tags;

    /// <param name="events">Settings written in mid-run, by ascending instant; none when left out.</param>
    public SimulationPlan(MachineImage image, IReadOnlyList<SimulatedTask> tasks, CostModel costs,
        VirtualInstant horizon, ImmutableArray<Occupation> occupied, ImmutableArray<MachineEvent> events = default)
    {
        Machine = new(image);
        Events = events.IsDefault ? [] : events;
        var last = Machine;
        foreach (var happening in Events) last = last.Then(happening);
        Tasks = tasks;
        Costs = costs;
        _horizon = horizon;
        _occupied = occupied;
        _directory = new(tasks);
        _tags = [.. image.Zones.Select(zone => new PageblockTagBoard(zone))];
    }

    /// <summary>The machine as boot left it; what events make of it follows behind.</summary>
    public MachineFacts Machine { get; }

    public ImmutableArray<MachineEvent> Events { get; }

    /// <summary>Who plugs memory and writes settings while the plan runs; null where all that happens to the machine
    /// is known beforehand.</summary>
    public MachineOperator? Operator { get; init; }

    public IReadOnlyList<SimulatedTask> Tasks { get; }

    /// <summary>When each CPU's vmstat worker runs, where that is known; default for once a second.</summary>
    /// <remarks>Shape: index = CPU number; instants ascend.</remarks>
    public ImmutableArray<ImmutableArray<VirtualInstant>> Ticks { get; init; }

    public CostModel Costs { get; }

    /// <summary>What is assumed of pages on LRU lists; null: nothing is reclaimed, and an allocation that could go on
    /// only by reclaim fails.</summary>
    public ReclaimSettings? Reclaim { get; init; }

    public int CpuCount => Machine.Image.Cpus.CpuCount;

    /// <summary>Nodes that are online, or have a zone for memory to come; ascending.</summary>
    public IEnumerable<NodeId> Nodes =>
        Machine.Image.Nodes.Concat(Machine.Zones.Select(zone => zone.Id.Node)).Distinct().Order();

    public int ZoneCount => Machine.Zones.Length;

    /// <summary>A zone as it stands before the run.</summary>
    public ZoneProcess MakeZone(int slot)
    {
        var image = Machine.Zones[slot];
        var zone = new Zone(Machine.Release, image)
        {
            WatermarkBoostFactor = Machine.Image.Settings.WatermarkBoostFactor,
        };
        List<LiveBlock> occupied = [];
        foreach (var occupation in _occupied)
        {
            if (occupation.Zone == image.Id) occupied.AddRange(occupation.Take(zone, slot));
        }

        return new(slot, Machine, zone, Costs, _tags[slot], occupied, LruAt(slot));
    }

    /// <summary>The LRU that a zone's process keeps; null when another one of its node does.</summary>
    private Lru? LruAt(int slot)
    {
        if (Machine.LruOf(slot) != slot) return null;
        long Managed(Func<int, bool> isCounted) => Enumerable.Range(0, ZoneCount)
            .Where(zone => isCounted(Machine.LruOf(zone))).Sum(zone => Machine.Zones[zone].Managed.Value);
        var settings = Reclaim ?? ReclaimSettings.None;
        var swap = Lru.ShareOf(settings.Swap.Value, Managed(lru => lru < slot), Managed(lru => lru == slot),
            Managed(_ => true));
        var zones = Enumerable.Range(0, ZoneCount).Where(zone => Machine.LruOf(zone) == slot)
            .Select(zone => (zone, Machine.Zones[zone]));
        return new(zones, settings, swap, Costs.WritePerPage);
    }

    /// <summary>A CPU before its tasks are given to it.</summary>
    public CpuProcess MakeCpu(int cpu)
    {
        var made = new CpuProcess(
            cpu, Machine, Costs, _tags, _directory, _horizon, Ticks.IsDefault ? default : Ticks[cpu])
        {
            Reclaim = Reclaim,
        };
        if (cpu == MachineOperator.HomeCpu && Operator is not null) made.Seat(Operator);
        return made;
    }

    /// <summary>The signal by which a task is given to its CPU.</summary>
    public static Signal StartOf(SimulatedTask task) => new(
        task.After.Count > 0 ? VirtualInstant.Zero : task.Start, -1 - task.Id.Value, 0, task.Cpu.Value,
        SignalKind.StartTask, task.Id, Program: task);
}
