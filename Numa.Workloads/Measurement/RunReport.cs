using System.Collections.Immutable;
using Numa.Actors.Machine;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Counters;
using Numa.Core.Processes;
using Numa.Core.Text;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Workloads.Measurement;

/// <summary>Reads the parts of a result out of a finished run.</summary>
internal sealed class RunReport(SimulationPlan plan, SimulationOutcome outcome)
{
    private readonly MachineImage _machine = plan.Machine.Image;
    private readonly PageAccount[] _accounts = PageAccount.Of(outcome.Zones, outcome.Cpus, plan.Tasks);

    public bool Conserved => _accounts.All(account => account.Balances);

    /// <summary>Until the last task ended; counters may be folded later, but nobody works any more.</summary>
    public long SimulatedNanoseconds => EndOf(plan.Tasks.Count, outcome.Ends.Values, outcome.Cpus);

    /// <summary>When the last of all tasks ended, or the last CPU stopped where some never did.</summary>
    public static long EndOf(
        int tasks, IEnumerable<(TaskEnd End, VirtualInstant At)> ends, IEnumerable<CpuProcess> cpus)
    {
        var instants = ends.Select(end => end.At.Nanoseconds).ToList();
        return instants.Count == tasks && tasks > 0 ? instants.Max() : cpus.Max(cpu => cpu.Now.Nanoseconds);
    }

    /// <summary>Visits for this cause hold the zone's lock, unless they are refused.</summary>
    public static bool TakesLock(ZoneVisitKind kind) => kind is <= ZoneVisitKind.DirectFree
        or ZoneVisitKind.Reserve or (>= ZoneVisitKind.Online and <= ZoneVisitKind.Offline);

    public ImmutableArray<ZoneResult> Zones() => [.. outcome.Zones.Select(zone =>
    {
        var account = _accounts[zone.Slot];
        var sums = zone.Ledger.Cells().Select(cell => cell.Sums).ToList();
        var visits = zone.Ledger.Cells()
            .Where(cell => TakesLock(cell.Kind))
            .Sum(cell => cell.Sums.Visits - cell.Sums.Refused);
        var wait = sums.Sum(cell => cell.Wait);
        // A zone that nobody visited since does not know of the last event.
        var atEnd = MachineAtEnd().Zones[zone.Slot];
        var marks = atEnd.Tuning.Marks;
        return new ZoneResult(zone.Zone.Id.ToString(), atEnd.Managed.Value, zone.FreeAtStart,
            zone.Zone.FreePages, account.InPagesets,
            account.HeldByTasks + account.Orphaned + account.Listed, account.Occupied,
            marks.Min.Value, marks.Low.Value, marks.High.Value,
            outcome.Cpus.Sum(cpu => cpu.Counters.PagesFrom[zone.Slot]), sums.Sum(cell => cell.Visits), wait,
            visits == 0 ? 0 : Math.Round((double)wait / visits, 1), zone.Ledger.MaxWait,
            sums.Sum(cell => cell.Hold), account.Balances);
    })];

    public ImmutableArray<NumastatResult> Numastat() =>
    [
        .. from zone in outcome.Zones
           group NumaCounts.Of(zone.Slot, new(zone.Node), outcome.Cpus) by zone.Node into node
           orderby node.Key
           let sum = node.Aggregate((a, b) => a + b)
           select new NumastatResult(
               node.Key, sum.Hit, sum.Miss, sum.Foreign, sum.InterleaveHit, sum.Local, sum.Other),
    ];

    public IReadOnlyDictionary<string, long> Vmstat() =>
        VmEvents.Of(_machine.Release, _machine.Zones, outcome.Cpus)
            .ToDictionary(known => known.Name, known => known.Count);

    public ImmutableArray<PlacementResult> Placement() => Placement(cpu => cpu.Counters.PagesTaken, _ => null);

    public ImmutableArray<EventResult> Events() => plan.Operator is { } carried ? OperationReport.Of(carried) :
    [
        .. plan.Events.Select((happening, at) =>
        {
            var change = happening.Change;
            var reached = IsReached(happening);
            return new EventResult(happening.At.Nanoseconds, change.Write.Name, change.Write.Value, change.ReadsBack,
                reached, reached && change.RebuildsZonelists, reached ? Walks(at) : [],
                Placement(cpu => Until(cpu, at), cpu => at == 0 ? null : Until(cpu, at - 1)),
                Placement(cpu => Until(cpu, at + 1), cpu => Until(cpu, at)));
        }),
    ];

    /// <summary>Pages were reclaimed or moved, or a task was killed for them.</summary>
    public bool UsedReclaimModel() => outcome.Cpus.Any(cpu => cpu.Counters is
        { KswapdReclaimed: > 0 } or { DirectReclaimed: > 0 } or { NodeReclaimed: > 0 } or { OomKills: > 0 }
        or { PagesMigrated: > 0 });

    /// <summary>The run before and after reclaim could have a part in it; null when it never could.</summary>
    public PressureSplit? Pressure()
    {
        if (outcome.Cpus.All(cpu => cpu.BeforePressure is null)) return null;
        var entries = outcome.Cpus.Sum(cpu => cpu.Counters.SlowPathEntries);
        var parts = outcome.Cpus.Select(cpu => (Before: BeforePressure(cpu), All: cpu.Counters.Done)).ToList();
        return new(entries,
            new(parts.Sum(cpu => cpu.Before.Allocations), parts.Sum(cpu => cpu.Before.Fallbacks),
                parts.Sum(cpu => cpu.Before.Failures), Placement(cpu => BeforePressure(cpu).Pages, _ => null)),
            new(parts.Sum(cpu => cpu.All.Allocations - cpu.Before.Allocations),
                parts.Sum(cpu => cpu.All.Fallbacks - cpu.Before.Fallbacks),
                parts.Sum(cpu => cpu.All.Failures - cpu.Before.Failures),
                Placement(cpu => cpu.Counters.PagesTaken, cpu => BeforePressure(cpu).Pages)));
    }

    /// <summary>Share of pages from the asking CPU's node, and their mean SLIT distance.</summary>
    public (double LocalShare, double MeanDistance) Locality()
    {
        long all = 0, local = 0;
        double distance = 0;
        foreach (var cpu in outcome.Cpus)
        {
            foreach (var zone in outcome.Zones)
            {
                var pages = cpu.Counters.PagesFrom[zone.Slot];
                all += pages;
                if (zone.Node == cpu.Node.Value) local += pages;
                distance += (double)pages * _machine.Distances[cpu.Node, new NodeId(zone.Node)];
            }
        }

        return all == 0 ? (1, 0) : ((double)local / all, distance / all);
    }

    public SlowPathEntry? SlowPath() => outcome.Cpus.Select(cpu => cpu.SlowPath).OfType<SlowPathEntry>()
        .OrderBy(entry => entry.At).ThenBy(entry => entry.Cpu).FirstOrDefault();

    public ImmutableArray<FailureResult> Failures() =>
    [
        .. from tally in outcome.Cpus.SelectMany(cpu => cpu.Failures)
           let request = tally.First.Request
           group tally by (tally.Workload, Gfp: GfpText.Format(request.Gfp), request.Order, tally.First.Kind) into kind
           let first = kind.MinBy(tally => tally.Operation)!
           orderby kind.Key.Workload, kind.Key.Gfp, kind.Key.Order, kind.Key.Kind
           select new FailureResult(kind.Key.Workload, kind.Key.Gfp, kind.Key.Order.Value, Word(kind.Key.Kind),
               kind.Sum(tally => tally.Count), first.Operation, [.. first.First.Tried.Select(Refusal)])
           {
               Log = Reports.Of(first.Workload, first.First),
           },
    ];

    public ImmutableArray<OomKillResult> OomKills() =>
    [
        .. from kill in outcome.Cpus.SelectMany(cpu => cpu.Kills)
           orderby kill.At.Nanoseconds, kill.Cpu
           select new OomKillResult(kill.At.Nanoseconds, kill.Cpu, plan.Tasks[kill.Asker.Value].Workload,
               kill.Asker.Value, GfpText.Format(kill.Request.Gfp), kill.Request.Order.Value, Word(kill.Constraint),
               kill.Victim?.Workload, kill.Victim?.Task.Value, kill.Points, [.. kill.Tried.Select(Refusal)],
               Reports.Of(kill)),
    ];

    public ReclaimResult? Reclaim()
    {
        var cpus = outcome.Cpus.Select(cpu => cpu.Counters).ToList();
        var done = new ReclaimResult(cpus.Sum(cpu => cpu.PageOutRuns), cpus.Sum(cpu => cpu.KswapdReclaimed),
            cpus.Sum(cpu => cpu.AllocStalls), cpus.Sum(cpu => cpu.DirectReclaimed), cpus.Sum(cpu => cpu.NodeReclaimed),
            cpus.Sum(cpu => cpu.LruScanned), cpus.Sum(cpu => cpu.DrainAlls), cpus.Sum(cpu => cpu.Throttled));
        return done.KswapdRuns + done.Stalls + done.NearNodes == 0 ? null : done;
    }

    private MemoryReports Reports => new(_machine, plan.Tasks);

    public static RefusalResult Refusal(ZoneRefusal refusal) => new(refusal.Zone.ToString(),
        refusal.Verdict.Verdict.ToString(), refusal.Level.ToString().ToLowerInvariant(),
        refusal.Verdict.Available, refusal.Verdict.Required);

    /// <summary>One row per workload; a task that never ended waits, was cut off, or never began.</summary>
    public ImmutableArray<WorkloadResult> Workloads()
    {
        var waiting = outcome.Cpus.SelectMany(cpu => cpu.Sleeping).Select(task => task.Id).ToHashSet();
        var cutOff = outcome.Cpus.SelectMany(cpu => cpu.Unfinished).Select(task => task.Id).ToHashSet();
        return
        [
            .. from task in plan.Tasks
               group task by task.Workload into workload
               let ids = workload.Select(task => task.Id).ToList()
               let ends = ids.Where(outcome.Ends.ContainsKey).Select(id => outcome.Ends[id]).ToList()
               select new WorkloadResult(workload.Key, ids.Count, workload.Sum(task => task.Operations),
                   workload.Sum(task => task.Allocations), workload.Sum(task => task.Failures),
                   workload.Sum(task => task.HeldPages),
                   ends.Count < ids.Count ? null : ends.Max(end => end.At.Nanoseconds),
                   string.Join(", ", Ends(ids, ends.Select(end => end.End), waiting, cutOff)))
               {
                   EndedEarly = ends.Count(end => end.End != TaskEnd.Exited)
                       + (cutOff.Count == 0 ? ids.Count(waiting.Contains) : 0),
                   Counters = Sums(workload.SelectMany(task => task.Tallies)),
               },
        ];
    }

    private static Dictionary<string, long>? Sums(IEnumerable<TaskTally> tallies)
    {
        // In the order in which tasks name them, which is how one reads them.
        var sums = tallies.GroupBy(tally => tally.Name)
            .ToDictionary(tally => tally.Key, tally => tally.Sum(one => one.Count));
        return sums.Count == 0 ? null : sums;
    }

    public ImmutableArray<ActorResult> Actors() =>
    [
        .. from actor in outcome.Actors
           group actor by actor.Kind into kind
           orderby kind.Key
           select new ActorResult(kind.Key, kind.Count(), kind.Sum(actor => actor.Messages),
               kind.Sum(actor => actor.Decisions)),
    ];

    public ImmutableArray<WatermarkEvent> WatermarkEvents() =>
        [.. outcome.Crossings.Select(crossing => new WatermarkEvent(_machine.Zones[crossing.Zone].Id.ToString(),
            crossing.Level.ToString().ToLowerInvariant(), crossing.Fell, crossing.At.Nanoseconds, crossing.Free))];

    private bool IsReached(MachineEvent happening) => happening.At.Nanoseconds <= SimulatedNanoseconds;

    private MachineImage MachineAtEnd() =>
        plan.Operator?.Facts.Image ?? plan.Events.LastOrDefault(IsReached)?.Change.Image ?? _machine;

    /// <summary>What a CPU had when it took note of an event, or at the end if it never did.</summary>
    private static PagesTaken Until(CpuProcess cpu, int happening) =>
        happening < cpu.BeforeEvents.Count ? cpu.BeforeEvents[happening] : cpu.Counters.PagesTaken;

    private static AllocationsDone BeforePressure(CpuProcess cpu) => cpu.BeforePressure ?? cpu.Counters.Done;

    private ImmutableArray<WalkChange> Walks(int happening)
    {
        var before = (happening == 0 ? _machine : plan.Events[happening - 1].Change.Image).Zonelists;
        var after = plan.Events[happening].Change.Image.Zonelists;
        return WalkChange.Between(before, after);
    }

    private ImmutableArray<PlacementResult> Placement(
        Func<CpuProcess, PagesTaken> until, Func<CpuProcess, PagesTaken?> since)
    {
        var taken = outcome.Cpus.GroupBy(cpu => cpu.Node, cpu => (Until: until(cpu), Since: since(cpu))).ToList();
        return
        [
            .. from node in taken
               orderby node.Key
               from zone in outcome.Zones
               let slot = zone.Slot
               let pages = node.Sum(cpu => cpu.Until.From[slot] - (cpu.Since?.From[slot] ?? 0))
               let first = node.Sum(cpu => cpu.Until.FirstChoice[slot] - (cpu.Since?.FirstChoice[slot] ?? 0))
               where pages > 0 || first > 0
               select new PlacementResult(node.Key.Value, zone.Zone.Id.ToString(), pages, first),
        ];
    }

    private static IEnumerable<string> Ends(
        List<TaskId> ids, IEnumerable<TaskEnd> ends, HashSet<TaskId> waiting, HashSet<TaskId> cutOff)
    {
        var words = ends.Select(Word).ToList();
        // While others can still go on, a sleeper may yet be woken.
        var sleeps = cutOff.Count == 0 ? "waits for ever" : "asleep at the end";
        words.AddRange(Enumerable.Repeat(sleeps, ids.Count(waiting.Contains)));
        words.AddRange(Enumerable.Repeat("cut off by the duration", ids.Count(cutOff.Contains)));
        words.AddRange(Enumerable.Repeat("never started", ids.Count - words.Count));
        return words.GroupBy(word => word)
            .Select(word => word.Count() == ids.Count ? word.Key : $"{word.Count()} {word.Key}");
    }

    private static string Word(TaskEnd end) => end switch
    {
        TaskEnd.Exited => "exited",
        TaskEnd.Killed => "killed",
        TaskEnd.Deadlocked => "kernel panic: nobody left to kill",
        TaskEnd.Hung => "hung: no memory for two minutes",
        _ => "stopped where the kernel would reclaim",
    };

    private static string Word(OomConstraint constraint) => constraint switch
    {
        OomConstraint.CpuSet => "cpuset",
        OomConstraint.MemoryPolicy => "memory policy",
        _ => "none",
    };

    private static string Word(FailureKind kind) => kind switch
    {
        FailureKind.NoZone => "no zone permitted",
        FailureKind.NoPage => "no page at the min mark",
        FailureKind.Deadlocked => "nothing to reclaim, nobody to kill",
        FailureKind.Hung => "waited for ever",
        _ => "needs reclaim",
    };
}
