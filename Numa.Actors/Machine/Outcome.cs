using System.Collections.Immutable;
using Numa.Actors.Groups;
using Numa.Actors.Nodes;
using Numa.Actors.Pagesets;
using Numa.Actors.Time;
using Numa.Actors.Workloads;
using Numa.Actors.Zones;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Actors.Machine;

/// <summary>Gathers what the actors give back at the end of a run.</summary>
internal sealed class Outcome(SimulationPlan plan)
{
    private readonly ZoneProcess[] _zones = new ZoneProcess[plan.ZoneCount];
    private readonly CpuProcess[] _cpus = new CpuProcess[plan.CpuCount];
    private readonly ImmutableDictionary<TaskId, (TaskEnd, VirtualInstant)>.Builder _ends =
        ImmutableDictionary.CreateBuilder<TaskId, (TaskEnd, VirtualInstant)>();
    private readonly List<WatermarkCrossing> _crossings = [];
    private readonly List<ActorTally> _actors = [];
    private long _rounds;

    public long MachineMessages { get; set; }

    public long MachineDecisions { get; set; }

    public int ClosedStages { get; set; }

    public VirtualInstant Time { get; set; }

    public void Add(ClockProtocol.TimeEnded ended)
    {
        _rounds = ended.Rounds;
        _actors.Add(new("clock", "clock", ended.Messages, ended.Rounds));
    }

    public void Add(GroupProtocol.GroupClosed closed)
    {
        foreach (var zone in closed.Zones) _zones[zone.Slot] = zone;
        foreach (var cpu in closed.Cpus) _cpus[cpu.Id] = cpu;
        _crossings.AddRange(closed.Crossings);
        _actors.Add(new("group", $"{closed.Group}", closed.Messages, closed.Decisions));
    }

    public void Add(ZoneProtocol.ZoneClosed closed)
    {
        _zones[closed.Zone.Slot] = closed.Zone;
        _actors.Add(new("zone", closed.Zone.Zone.Id.ToString(), closed.Messages, closed.Decisions));
    }

    public void Add(NodeProtocol.NodeClosed closed)
    {
        _crossings.AddRange(closed.Crossings);
        _actors.Add(new("node", closed.Node.ToString(), closed.Messages, closed.Decisions));
    }

    public void Add(PagesetProtocol.CpuClosed closed)
    {
        _cpus[closed.Cpu.Id] = closed.Cpu;
        _actors.Add(new("pageset", closed.Cpu.Id.ToString("D4", null), closed.Messages, closed.Decisions));
    }

    public void Add(WorkloadProtocol.WorkClosed closed)
    {
        if (closed.End is { } end) _ends.Add(closed.Task, (end, closed.At));
        _actors.Add(new("workload", closed.Task.ToString(), closed.Messages, closed.Decisions));
    }

    public SimulationOutcome Build()
    {
        _actors.Add(new("machine", plan.Machine.Image.Name, MachineMessages, MachineDecisions));
        return new(
            [.. _zones],
            [.. _cpus],
            _ends.ToImmutable(),
            [.. _crossings.OrderBy(crossing => crossing.At).ThenBy(crossing => crossing.Zone)],
            [.. _actors.OrderBy(actor => actor.Kind, StringComparer.Ordinal)
                .ThenBy(actor => actor.Name, StringComparer.Ordinal)],
            Time,
            _rounds);
    }
}
