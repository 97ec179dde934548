using System.Collections.Immutable;
using Numa.Actors.Machine;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Workloads.Measurement;

/// <summary>Reads the parts of a result out of a finished run.</summary>
internal sealed class RunReport(MachineImage machine, SimulationOutcome outcome, IReadOnlyList<SimulatedTask> tasks)
{
    private readonly PageAccount[] _accounts = PageAccount.Of(outcome.Zones, outcome.Cpus, tasks);

    public bool Conserved => _accounts.All(account => account.Balances);

    /// <summary>Until the last task ended; counters may be folded later, but nobody works any more.</summary>
    public long SimulatedNanoseconds =>
        outcome.Ends.Count == tasks.Count && tasks.Count > 0
            ? outcome.Ends.Values.Max(end => end.At.Nanoseconds)
            : outcome.Cpus.Max(cpu => cpu.Now.Nanoseconds);

    public ImmutableArray<ZoneResult> Zones() => [.. outcome.Zones.Select(zone =>
    {
        var account = _accounts[zone.Slot];
        var sums = zone.Ledger.Cells().Select(cell => cell.Sums).ToList();
        var visits = zone.Ledger.Cells().Where(cell => cell.Kind <= ZoneVisitKind.DirectFree)
            .Sum(cell => cell.Sums.Visits - cell.Sums.Refused);
        var wait = sums.Sum(cell => cell.Wait);
        var marks = zone.Zone.Tuning.Marks;
        return new ZoneResult(zone.Zone.Id.ToString(), zone.Zone.Image.Managed.Value, zone.FreeAtStart,
            zone.Zone.FreePages, account.InPagesets, account.HeldByTasks + account.Orphaned, account.Occupied,
            marks.Min.Value, marks.Low.Value, marks.High.Value,
            outcome.Cpus.Sum(cpu => cpu.Counters.PagesFrom[zone.Slot]), sums.Sum(cell => cell.Visits), wait,
            visits == 0 ? 0 : Math.Round((double)wait / visits, 1), zone.Ledger.MaxWait,
            sums.Sum(cell => cell.Hold), account.Balances);
    })];

    public ImmutableArray<PlacementResult> Placement() =>
    [
        .. from cpu in outcome.Cpus
           group cpu by cpu.Node into node
           orderby node.Key
           from zone in outcome.Zones
           let pages = node.Sum(cpu => cpu.Counters.PagesFrom[zone.Slot])
           let first = node.Sum(cpu => cpu.Counters.FirstChoicePages[zone.Slot])
           where pages > 0 || first > 0
           select new PlacementResult(node.Key.Value, zone.Zone.Id.ToString(), pages, first),
    ];

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
                distance += (double)pages * machine.Distances[cpu.Node, new NodeId(zone.Node)];
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
               kind.Sum(tally => tally.Count), first.Operation, [.. first.First.Tried.Select(Refusal)]),
    ];

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
            .. from task in tasks
               group task by task.Workload into workload
               let ids = workload.Select(task => task.Id).ToList()
               let ends = ids.Where(outcome.Ends.ContainsKey).Select(id => outcome.Ends[id]).ToList()
               select new WorkloadResult(workload.Key, ids.Count, workload.Sum(task => task.Operations),
                   workload.Sum(task => task.Allocations), workload.Sum(task => task.Failures),
                   workload.Sum(task => task.LivePages), ends.Count == 0 ? 0 : ends.Max(end => end.At.Nanoseconds),
                   string.Join(", ", Ends(ids, ends.Select(end => end.End), waiting, cutOff))),
        ];
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
        [.. outcome.Crossings.Select(crossing => new WatermarkEvent(machine.Zones[crossing.Zone].Id.ToString(),
            crossing.Level.ToString().ToLowerInvariant(), crossing.Fell, crossing.At.Nanoseconds, crossing.Free))];

    private static IEnumerable<string> Ends(
        List<TaskId> ids, IEnumerable<TaskEnd> ends, HashSet<TaskId> waiting, HashSet<TaskId> cutOff)
    {
        var words = ends.Select(end => end == TaskEnd.Exited ? "exited" : "stopped where the kernel would reclaim")
            .ToList();
        // While others can still go on, a sleeper may yet be woken.
        var sleeps = cutOff.Count == 0 ? "waits for ever" : "asleep at the end";
        words.AddRange(Enumerable.Repeat(sleeps, ids.Count(waiting.Contains)));
        words.AddRange(Enumerable.Repeat("cut off by the duration", ids.Count(cutOff.Contains)));
        words.AddRange(Enumerable.Repeat("never started", ids.Count - words.Count));
        return words.GroupBy(word => word)
            .Select(word => word.Count() == ids.Count ? word.Key : $"{word.Count()} {word.Key}");
    }

    private static string Word(FailureKind kind) => kind switch
    {
        FailureKind.NoZone => "no zone permitted",
        FailureKind.NoPage => "no page at the min mark",
        _ => "needs reclaim",
    };
}
