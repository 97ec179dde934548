using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Tests.Oracles;

/// <summary>A plan played as one queue of events, the least first: no rounds, groups, run-ahead or board
/// writer.</summary>
/// <remarks>It drives the same CPUs and zones; everything that decides when they may act is written anew
/// here.</remarks>
internal sealed class SequentialQueue : ICpuEffects
{
    private readonly long _grid;
    private readonly List<ZoneVisit> _asked = [];
    private readonly List<ZoneRecord>[] _history;
    private readonly SimulationPlan _plan;
    private readonly int[] _eventsTaken;

    public SequentialQueue(SimulationPlan plan)
    {
        _grid = plan.Costs.SignalLatency;
        _plan = plan;
        _eventsTaken = new int[plan.ZoneCount];
        Cpus = [.. Enumerable.Range(0, plan.CpuCount).Select(plan.MakeCpu)];
        Zones = [.. Enumerable.Range(0, plan.ZoneCount).Select(plan.MakeZone)];
        _history = [.. Zones.Select(zone => new List<ZoneRecord> { zone.Latest })];
        foreach (var task in plan.Tasks) Cpus[task.Cpu.Value].Accept(SimulationPlan.StartOf(task));
    }

    public CpuProcess[] Cpus { get; }

    public ZoneProcess[] Zones { get; }

    public Dictionary<TaskId, (TaskEnd End, VirtualInstant At)> Ends { get; } = [];

    public IEnumerable<WatermarkCrossing> Crossings => Zones.SelectMany(zone => zone.Crossings);

    public long Events { get; private set; }

    public void Run()
    {
        while (true)
        {
            var cpu = Cpus.MinBy(candidate => candidate.Next.Nanoseconds);
            var step = cpu?.Next ?? VirtualInstant.Never;
            var visit = _asked.OrderBy(asked => asked.Arrival).ThenBy(asked => asked.Tie).ThenBy(asked => asked.Cpu)
                .FirstOrDefault();
            var arrival = visit?.Arrival ?? VirtualInstant.Never;
            if (step == VirtualInstant.Never && arrival == VirtualInstant.Never) return;
            if (++Events > 8_000_000) throw new InvalidOperationException(
                $"the run does not end: at {step} or {arrival}, {cpu?.Id} {visit}");
            if (step <= arrival) cpu!.Run(new(step.Nanoseconds + 1), ViewAt(step), this, 1);
            else Serve(visit!);
        }
    }

    void ICpuEffects.Send(ZoneVisit visit) => _asked.Add(visit);

    void ICpuEffects.Send(Signal signal) => Cpus[signal.Receiver].Accept(signal);

    void ICpuEffects.Ended(SimulatedTask task, TaskEnd end, VirtualInstant at) => Ends.Add(task.Id, (end, at));

    private void Serve(ZoneVisit visit)
    {
        _asked.Remove(visit);
        TakeEvents(visit);
        Zones[visit.Zone].Serve(visit);
        _history[visit.Zone].Add(Zones[visit.Zone].Latest);
        Cpus[visit.Cpu].Complete(visit);
    }

    /// <summary>A write that recomputes marks shows at the first arrival behind it, before that visit has its
    /// effect.</summary>
    private void TakeEvents(ZoneVisit visit)
    {
        ref var taken = ref _eventsTaken[visit.Zone];
        var record = Zones[visit.Zone].Latest;
        var before = (record.Boost, record.FairBatch);
        for (; taken < _plan.Events.Length && _plan.Events[taken].At <= visit.Arrival; taken++)
        {
            var change = _plan.Events[taken].Change;
            if (!change.RecomputesMarks) continue;
            (record.Boost, record.FairBatch) = (0, change.Image.Zones[visit.Zone].Tuning.FairBatch.Value);
        }

        if (before == (record.Boost, record.FairBatch)) return;
        record.Effect = VirtualInstant.Max(visit.Arrival, record.Effect);
        _history[visit.Zone].Add(record);
    }

    /// <summary>A CPU reads the board instant before the last one: each zone's record in force there.</summary>
    private Board ViewAt(VirtualInstant now)
    {
        var index = Math.Max(0, now.Nanoseconds / _grid - 1);
        var records = _history.Select(zone => zone.Last(record => record.Effect.Nanoseconds <= index * _grid));
        return new(records.ToList());
    }
}
