using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Kernels;
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

    public SimulationPlan(MachineImage image, IReadOnlyList<SimulatedTask> tasks, CostModel costs,
        VirtualInstant horizon, ImmutableArray<Occupation> occupied)
    {
        Machine = new(image);
        Tasks = tasks;
        Costs = costs;
        _horizon = horizon;
        _occupied = occupied;
        _directory = new(tasks);
        _tags = [.. image.Zones.Select(zone => new PageblockTagBoard(zone))];
    }

    public MachineFacts Machine { get; }

    public IReadOnlyList<SimulatedTask> Tasks { get; }

    public CostModel Costs { get; }

    public int CpuCount => Machine.Image.Cpus.CpuCount;

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

        return new(slot, image.Id.Node.Value, zone, Costs, CpuCount, _tags[slot], occupied);
    }

    /// <summary>A CPU before its tasks are given to it.</summary>
    public CpuProcess MakeCpu(int cpu) => new(cpu, Machine, Costs, _tags, _directory, _horizon);

    /// <summary>The signal by which a task is given to its CPU.</summary>
    public static Signal StartOf(SimulatedTask task) => new(
        task.After.Count > 0 ? VirtualInstant.Zero : task.Start, -1 - task.Id.Value, 0, task.Cpu.Value,
        SignalKind.StartTask, task.Id, Program: task);
}
