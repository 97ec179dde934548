using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Numa.Workloads.Measurement;

/// <summary>Everything a run found out: the one model that tables, exports and comparisons read.</summary>
/// <param name="Threads">Left out of JSON: no result in virtual time depends on it.</param>
/// <param name="Hash">SHA-256 over the run's state and ledger, 64 hex digits.</param>
/// <param name="LocalShare">Pages from the asking CPU's own node, as a share of all pages allocated. Range:
/// 0..1.</param>
/// <param name="MeanDistance">Mean SLIT distance from the asking CPU's node to the page's node, by pages.</param>
/// <param name="Fallbacks">Allocations that did not come from the first zone of their zonelist.</param>
/// <param name="SlowPathOperation">Number, on its CPU, of the operation that first entered the slow path; null for
/// none.</param>
/// <param name="Conserved">Every zone's pages are accounted for.</param>
public sealed record RunResult(
    string Scenario,
    ulong Seed,
    string Machine,
    string Kernel,
    string ZonelistOrder,
    bool Counterfactual,
    string Clock,
    string Host,
    [property: JsonIgnore] int Threads,
    string Hash,
    long Operations,
    long Allocations,
    long Frees,
    double WallSeconds,
    double OperationsPerSecond,
    long SimulatedNanoseconds,
    double LocalShare,
    double MeanDistance,
    long Fallbacks,
    long? SlowPathOperation,
    long KswapdWakeUps,
    bool Conserved,
    ImmutableArray<FailureResult> Failures,
    LatencyResult Latency,
    ImmutableArray<ZoneResult> Zones,
    ImmutableArray<PlacementResult> Placement,
    ImmutableArray<WorkloadResult> Workloads,
    ImmutableArray<ActorResult> Actors,
    ImmutableArray<WatermarkEvent> WatermarkEvents,
    ImmutableArray<string> Notes)
{
    /// <summary>Seed of the interleaving; null for the one that the cost model gives.</summary>
    public ulong? Schedule { get; init; }

    /// <summary>SHA-256 over where every page ended, without counters and times; 64 hex digits.</summary>
    public string PlacementHash { get; init; } = "";

    /// <summary>The first page that did not come from the first zone of its zonelist; null when none did.</summary>
    public FirstFallback? FirstFallback { get; init; }

    /// <summary>NUMA counters of every node with memory.</summary>
    public ImmutableArray<NumastatResult> Numastat { get; init; } = [];

    /// <summary>Events by their names in /proc/vmstat. Unit: pages.</summary>
    public IReadOnlyDictionary<string, long> Vmstat { get; init; } = new Dictionary<string, long>();

    /// <summary>LRU lists and their locks; null where no page came to any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<LruResult>? Lrus { get; init; }

    /// <summary>What happened to the machine in mid-run, in that order.</summary>
    public ImmutableArray<EventResult> Events { get; init; } = [];

    /// <summary>The run before and after the first pressure; null when there was none.</summary>
    public PressureSplit? Pressure { get; init; }

    /// <summary>Strikes of the OOM killer, oldest first.</summary>
    public ImmutableArray<OomKillResult> OomKills { get; init; } = [];

    /// <summary>What reclaim did; null when it did nothing.</summary>
    public ReclaimResult? Reclaim { get; init; }

    /// <summary>Pages were counted at the end of every round too, and every free list at the end of the
    /// run.</summary>
    public bool Checked { get; init; }

    /// <summary>The reclaim model changed something: pages were reclaimed, or a task was killed for them.</summary>
    public bool UsedReclaimModel { get; init; }

    /// <summary>What the zone of each page rests on: exact where one task allocates at a time and nothing happens by
    /// the clock, as the kernel's rules alone decide then; else MODEL, as times decide who comes first.</summary>
    public MetricBasis PlacementBasis { get; init; } = MetricBasis.Model;

    /// <summary>How often all zonelists were built anew during the run.</summary>
    public int ZonelistRebuilds => Events.Sum(happening => happening.Rebuilds);

    /// <summary>What the machine does and its release cannot; null when every part exists.</summary>
    [JsonIgnore]
    public string? Impossible { get; init; }
}

/// <summary>A page by its number.</summary>
/// <param name="Number">Pages got before it: by the task, or by all tasks where they run one after the other.</param>
/// <param name="Task">Number of the task, where several run at once.</param>
public sealed record FirstFallback(long Number, int? Task);

/// <summary>Failures of one kind for one request, and the zones tried by the first of them.</summary>
/// <param name="FirstOperation">Number, on its CPU, of the first that failed; the least of all CPUs.</param>
public sealed record FailureResult(
    string Workload, string Gfp, int Order, string Kind, long Count, long FirstOperation,
    ImmutableArray<RefusalResult> Tried)
{
    /// <summary>What the kernel would log of the first, line by line; empty where it is silent.</summary>
    public ImmutableArray<string> Log { get; init; } = [];
}

/// <summary>One strike of the OOM killer. Unit of points: pages.</summary>
/// <param name="Workload">Of the task that asked.</param>
/// <param name="Constraint">none, cpuset or memory policy.</param>
/// <param name="Victim">Workload of the task that was killed; null: there was none, and the kernel panics.</param>
/// <param name="Tried">What the last walk found in each zone.</param>
/// <param name="Log">What the kernel would log, line by line.</param>
public sealed record OomKillResult(
    long Nanoseconds, int Cpu, string Workload, int Task, string Gfp, int Order, string Constraint, string? Victim,
    int? VictimTask, long Points, ImmutableArray<RefusalResult> Tried, ImmutableArray<string> Log);

/// <summary>What was done to get memory, by whom. Unit: pages, or times.</summary>
/// <param name="KswapdRuns">pageoutrun of vmstat.</param>
/// <param name="Stalls">Times that a task reclaimed for itself: allocstall.</param>
/// <param name="Looked">Pages looked at on LRU lists.</param>
public sealed record ReclaimResult(
    long KswapdRuns, long ByKswapd, long Stalls, long ByTasks, long NearNodes, long Looked, long DrainAlls,
    long Throttled);

/// <summary>A zone that a failed or fallen-back allocation tried. Unit: pages.</summary>
public sealed record RefusalResult(string Zone, string Verdict, string Mark, long AvailablePages, long RequiredPages);

/// <summary>Allocation latency, from the request to the page. Unit: virtual nanoseconds.</summary>
public sealed record LatencyResult(long P50, long P90, long P99, long Max, double Mean);

/// <summary>One zone at the end of the run. Unit: pages; waits and holds in virtual nanoseconds.</summary>
/// <param name="Visits">All, with those that were refused or need no lock.</param>
/// <param name="MeanWaitNanoseconds">Over the visits that took the lock.</param>
public sealed record ZoneResult(
    string Zone,
    long ManagedPages,
    long FreeAtStartPages,
    long FreePages,
    long PagesetPages,
    long TaskPages,
    long OccupiedPages,
    long MinPages,
    long LowPages,
    long HighPages,
    long AllocatedPages,
    long Visits,
    long LockWaitNanoseconds,
    double MeanWaitNanoseconds,
    long MaxWaitNanoseconds,
    long LockHoldNanoseconds,
    bool Conserved);

/// <summary>What numastat counts for a node: sums over its zones.</summary>
/// <remarks>Unit: allocations, one for a block of any order.</remarks>
public sealed record NumastatResult(
    int Node, long NumaHit, long NumaMiss, long NumaForeign, long InterleaveHit, long LocalNode, long OtherNode);

/// <summary>Pages that CPUs of one node got from one zone.</summary>
public sealed record PlacementResult(int CpuNode, string Zone, long Pages, long FirstChoicePages);

/// <summary>One workload's outcome.</summary>
/// <param name="FinishedNanoseconds">When its last task ended; null while one has not.</param>
public sealed record WorkloadResult(
    string Name, int Tasks, long Operations, long Allocations, long Failures, long LivePages,
    long? FinishedNanoseconds, string End)
{
    /// <summary>Tasks that neither had done their work nor were stopped by a duration: killed, hung, or asleep for
    /// ever.</summary>
    public int EndedEarly { get; init; }

    /// <summary>What tasks of its kind count of their own, summed: packets dropped, for example; null for
    /// nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, long>? Counters { get; init; }
}

/// <summary>Messages and decisions of one kind of actor.</summary>
public sealed record ActorResult(string Kind, int Count, long Messages, long Decisions);

/// <summary>A zone's free pages fell to a mark or rose again.</summary>
public sealed record WatermarkEvent(string Zone, string Mark, bool Fell, long Nanoseconds, long FreePages);
