using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;

namespace Numa.Workloads.Replay;

/// <summary>Makes a phase's requests on a machine, which need not be the one that was traced, and counts.</summary>
internal sealed class RequestRun
{
    private readonly MachineImage _machine;
    private readonly Prediction.Sheet _served;
    private readonly List<(int Allocation, int Cpu)> _asked = [];
    private long _refills;
    private long _drains;
    private long _fallbacks;

    /// <param name="requests">Shape: index = CPU number of the trace; each list by ascending time. Those of CPUs that
    /// the machine lacks go to its CPUs in turn.</param>
    /// <param name="ticks">Of the vmstat workers, none after the phase's end. Shape: index = CPU number of the
    /// machine.</param>
    public RequestRun(MachineImage machine, IReadOnlyList<IReadOnlyList<ReplayRequest>> requests, int allocations,
        long start, ImmutableArray<ImmutableArray<VirtualInstant>> ticks)
    {
        _machine = machine;
        _served = new(allocations);
        var held = new HeldBlocks(allocations, new(PhaseReplay.Costs.SignalLatency));
        var cpus = machine.Cpus.CpuCount;
        var cpuOfAllocation = new int[allocations];
        var tasks = Enumerable.Range(0, Math.Min(cpus, requests.Count)).Select(cpu => new ReplayTask(
            new(cpu), new(cpu), Merged(requests, cpu, cpus), cpuOfAllocation, _served, held, null, null, SlotOf, start))
            .ToList();
        foreach (var (allocation, cpu) in _asked) cpuOfAllocation[allocation] = cpu;
        var plan = new SimulationPlan(machine, tasks, PhaseReplay.Costs, VirtualInstant.Never, [])
        {
            Ticks = ticks,
        };
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        foreach (var cpu in loop.Cpus) cpu.Visited = Count;
        loop.Run();
        Outcome = new(
            [.. machine.Zones.Select((zone, slot) => new ZonePages(zone.Id.ToString(),
                Blocks().Where(block => block.Block.Zone == slot).Sum(block => block.Block.Pages)))],
            Blocks().Where(block => NodeOf(block.Block) == machine.Cpus.NodeOfCpu[block.Cpu])
                .Sum(block => block.Block.Pages),
            _asked.Count(asked => _served[asked.Allocation]?.Block is null), _refills, _drains, _fallbacks,
            loop.Cpus.Sum(cpu => cpu.Counters.KswapdWakeUps));
    }

    public RequestOutcome Outcome { get; }

    /// <summary>The zone that served an allocation of the phase; null for none.</summary>
    public ZoneId? ZoneOf(int allocation) =>
        _served[allocation]?.Block is { } block ? _machine.Zones[block.Zone].Id : null;

    private List<ReplayRequest> Merged(IReadOnlyList<IReadOnlyList<ReplayRequest>> requests, int cpu, int cpus)
    {
        var own = new List<ReplayRequest>();
        for (var from = cpu; from < requests.Count; from += cpus) own.AddRange(requests[from]);
        // The sort is stable: each CPU's requests stay in their order.
        if (cpu + cpus < requests.Count) own = [.. own.OrderBy(request => request.Nanoseconds)];
        _asked.AddRange(own.Where(request => !request.IsFree).Select(request => (request.Allocation, cpu)));
        return own;
    }

    private void Count(ZoneVisit visit)
    {
        if (visit.Kind is ZoneVisitKind.Refill or ZoneVisitKind.Direct && visit.Taken > 0)
        {
            _refills++;
            _fallbacks += visit.Fallbacks;
        }

        if (visit.Kind == ZoneVisitKind.Drain && visit.Drained.Count > 0) _drains++;
    }

    private IEnumerable<(LiveBlock Block, int Cpu)> Blocks()
    {
        foreach (var (allocation, cpu) in _asked)
        {
            if (_served[allocation]?.Block is { } block) yield return (block, cpu);
        }
    }

    private NodeId NodeOf(LiveBlock block) => _machine.Zones[block.Zone].Id.Node;

    private int SlotOf(long frame)
    {
        for (var slot = 0; slot < _machine.Zones.Length; slot++)
        {
            if (frame >= _machine.Zones[slot].Start.Value && frame < _machine.Zones[slot].End.Value) return slot;
        }

        return -1;
    }
}
