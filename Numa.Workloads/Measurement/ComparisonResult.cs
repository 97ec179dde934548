using System.Collections.Immutable;

namespace Numa.Workloads.Measurement;

/// <summary>One scenario run once per arm and seed, and what the arms' difference should have been.</summary>
/// <param name="Machine">Name and size, for example <c>notes-two-node (2 x 64 GiB)</c>.</param>
/// <param name="KernelLine">
/// Release, the orders that exist there and its default on this machine, for example
/// <c>kernel 3.10: both orders exist; its default here: zone</c>.
/// </param>
/// <param name="VaryPath">The settings that tell the arms apart, with commas between.</param>
/// <param name="Arms">In the order given. Every difference is an arm minus the first.</param>
/// <param name="Counterfactual">What no kernel offers, for example
/// <c>Linux 6.12 knows node order only</c>; null when every arm exists.</param>
/// <param name="Metrics">One row each, in the order of the table.</param>
/// <param name="Placement">Page by page: null when the arms did not allocate the same sequence.</param>
/// <param name="Windows">Phases of a contention comparison; empty where an average says enough.</param>
/// <param name="Notes">What is not modelled or had to be estimated.</param>
/// <param name="Command">The command line that gives the same comparison again.</param>
public sealed record ComparisonResult(
    string Scenario,
    string Machine,
    string KernelLine,
    string VaryPath,
    ImmutableArray<ulong> Seeds,
    string Clock,
    string Host,
    string? Counterfactual,
    ImmutableArray<ArmResult> Arms,
    ImmutableArray<WalkResult> Walks,
    ImmutableArray<ReachableDifference> Reachable,
    ImmutableArray<MetricResult> Metrics,
    PlacementDifference? Placement,
    ImmutableArray<WindowResult> Windows,
    ImmutableArray<string> Notes,
    string Command)
{
    /// <summary>Every arm was run with the same seeds: differences are those of pairs.</summary>
    public bool Paired { get; init; } = true;

    /// <summary>Runs that were asked for and have not been made; 0 for a whole comparison.</summary>
    public int Missing { get; init; }

    /// <summary>Some difference or window lies off its prediction by more than its tolerance.</summary>
    public bool IsOff =>
        Metrics.Any(metric => metric.Differences.Any(difference => difference.Off))
        || Windows.Any(window => window.Off);

    /// <summary>Every arm accounted for all of its pages.</summary>
    public bool Conserved => Arms.All(arm => arm.Conserved);
}

/// <summary>One value of the varied setting and the runs made with it.</summary>
/// <param name="Value">As written in <c>--vary</c>; the heading of the arm's column.</param>
/// <param name="Hash">Hash of the first seed's run, 64 hex digits.</param>
/// <param name="Conserved">In every seed's run.</param>
/// <param name="Operations">Of the first seed's run.</param>
public sealed record ArmResult(
    string Value, string Kernel, string ZonelistOrder, string Hash, bool Conserved, long Operations)
{
    /// <summary>One for each run, ascending.</summary>
    public ImmutableArray<ulong> Seeds { get; init; } = [];

    /// <summary>What the settings make of the machine's margins, against the first arm; null where they are the
    /// same.</summary>
    public MarginChange? Margins { get; init; }

    /// <summary>Hash of where every page ended, of the first seed's run; 64 hex digits.</summary>
    public string PlacementHash { get; init; } = "";

    /// <summary>The reclaim model changed something in a run: exact is what came before the slow path.</summary>
    public bool UsedReclaimModel { get; init; }

    /// <summary>Workloads whose tasks ended before their work was done.</summary>
    public ImmutableArray<EarlyEnd> EarlyEnds { get; init; } = [];

    /// <summary>Settings written in mid-run, of the first seed's run.</summary>
    public ImmutableArray<EventResult> Events { get; init; } = [];
}

/// <summary>A workload that was killed, hung or slept for ever.</summary>
/// <param name="End">How its tasks ended, in the first run in which some did so early.</param>
/// <param name="Runs">Runs of the arm in which some did.</param>
public sealed record EarlyEnd(string Workload, string End, int Runs);

/// <summary>What a machine's settings leave to requests before something happens, against another machine's. Unit:
/// pages.</summary>
/// <param name="KeptFree">What ordinary requests leave: of each zone what its min mark says, all at most.</param>
/// <param name="Request">Kind of request of which the room changes most; empty where none does.</param>
/// <param name="From">Node whose list it walks.</param>
/// <param name="KswapdLater">So many more pages are given before kswapd is woken; negative for earlier.</param>
/// <param name="EndLater">So many more before the request reclaims by itself, or fails.</param>
/// <param name="Fails">It may not reclaim, and fails.</param>
public sealed record MarginChange(
    long KeptFreeFirst, long KeptFree, string Request, string From, long KswapdLater, long EndLater, bool Fails)
{
    /// <summary>The min marks leave nothing to requests that obey them.</summary>
    public bool KeepsAll { get; init; }
}

/// <summary>The zonelist that requests of a group of CPUs walk.</summary>
/// <param name="Group">Who walks it, for example <c>CPUs of node 0</c>.</param>
/// <param name="PerArm">One text per arm, <c>0:Normal 0:DMA32 ...</c>; empty where the nodes of the group walk
/// different lists, each the same in all arms or each too many to show.</param>
/// <param name="Same">All arms walk the same list.</param>
public sealed record WalkResult(string Group, ImmutableArray<string> PerArm, bool Same);

/// <summary>How many pages of a zone can move at all: managed - not free - reserve - low. Unit: pages.</summary>
/// <param name="Zone">Empty when the statement holds for every zone.</param>
/// <param name="NotFreePages">Managed pages not free when the workloads begin; negative where a release does not count
/// all that it freed.</param>
/// <param name="ResultPages">Never negative: 0 where <paramref name="Impossible"/> says why.</param>
/// <param name="Impossible">The inequality that rules a difference out, with its numbers; else null.</param>
public sealed record ReachableDifference(
    string Zone, long ManagedPages, long NotFreePages, long ReservePages, long LowPages, long ResultPages,
    string? Impossible);

/// <summary>What a metric counts; decides how it is printed.</summary>
public enum MetricUnit
{
    Pages,
    Count,

    /// <summary>0..1, printed in percent; differences in points.</summary>
    Share,

    /// <summary>SLIT distance; 10 is local.</summary>
    Distance,

    /// <summary>Virtual nanoseconds.</summary>
    Nanoseconds,

    /// <summary>Events per virtual second.</summary>
    PerSecond,

    /// <summary>Number of an allocation or page, counted from 0; a missing value means that it never came.</summary>
    Ordinal,
}

/// <summary>What a figure rests on.</summary>
public enum MetricBasis
{
    /// <summary>Follows from the kernel's rules: equal for all seeds, because it must be.</summary>
    Exact,

    /// <summary>Varies with the seed: 95 % interval of the mean.</summary>
    Interval,

    /// <summary>Rests on the cost model or the reclaim model.</summary>
    Model,
}

/// <summary>One figure in every arm.</summary>
/// <param name="BasisNote">Behind the basis, for example <c>10/10 seeds</c>, <c>+-15 %, skx-2018</c>.</param>
/// <param name="Tolerance">Largest distance from the prediction that is not marked. Unit: the metric's.</param>
/// <param name="Values">One per arm.</param>
/// <param name="Differences">One per arm after the first, against the first.</param>
public sealed record MetricResult(
    string Name, MetricUnit Unit, MetricBasis Basis, string BasisNote, double Tolerance,
    ImmutableArray<ArmValue> Values, ImmutableArray<DifferenceResult> Differences);

/// <summary>A figure in one arm, over its seeds.</summary>
/// <param name="Mean">Null when it has no value, as the first fallback of a run without one.</param>
/// <param name="SeedsAgree">Every seed gave the same value.</param>
public sealed record ArmValue(double? Mean, bool SeedsAgree);

/// <summary>An arm minus the first arm, measured and predicted.</summary>
/// <param name="Low">Low end of the 95 % interval of the difference; null when the differences agree.</param>
/// <param name="Predicted">From arithmetic, before any run; null where there is none.</param>
/// <param name="Off">Further from the prediction than the metric's tolerance.</param>
public sealed record DifferenceResult(double? Difference, double? Low, double? High, double? Predicted, bool Off)
{
    /// <summary>Low end of the 95 % interval of the difference as a part of the first arm's mean, whose scatter is
    /// allowed for; null where there is none. Equal to the high end where every seed shows the same part.</summary>
    public double? RelativeLow { get; init; }

    public double? RelativeHigh { get; init; }

    /// <summary>Hedges' g; null where nothing varies.</summary>
    public double? Effect { get; init; }

    /// <summary>Chance of such a difference if there is none, by itself; null where seeds decide nothing.</summary>
    public double? P { get; init; }

    /// <summary>The same, corrected for all differences of the comparison that rest on seeds.</summary>
    public double? CorrectedP { get; init; }

    public DifferenceVerdict Verdict { get; init; } = DifferenceVerdict.Open;
}

/// <summary>What can be said of a difference.</summary>
public enum DifferenceVerdict
{
    /// <summary>Too few seeds, or figures that some runs lack.</summary>
    Open,

    /// <summary>No seed can change it: it is what it is, zero included.</summary>
    Fixed,

    /// <summary>Found, after correction.</summary>
    Found,

    /// <summary>Not found, after correction; the interval says how large it may still be.</summary>
    NotFound,
}

/// <summary>Allocation by allocation: where two arms' placements part, in the first seed's runs.</summary>
/// <param name="FirstAllocation">Number of the first whose zone differs, from 0 within its task; null when none
/// does. Of several tasks the one where it comes soonest.</param>
/// <param name="Workload">Workload of that task.</param>
/// <param name="Task">Number of that task; null when only one allocates.</param>
/// <param name="Pages">Pages whose zone differs between the first arm and any other; what only some arms got
/// differs too.</param>
public sealed record PlacementDifference(
    long? FirstAllocation, string? Workload, int? Task, long Pages, long TotalPages);

/// <summary>A phase of a contention comparison: a window, as an average over the run would hide it.</summary>
/// <param name="PerArm">Pages taken per virtual second within the phase, one per arm.</param>
/// <param name="Ratio">Last arm over the first.</param>
/// <param name="PredictedLow">Least ratio expected; null where nothing is predicted.</param>
/// <param name="EndPage">Pages of the low zone taken when the phase ended, as measured; null for the end of the
/// run.</param>
/// <param name="PredictedEndPage">Pages that arithmetic gives for it: the reachable difference.</param>
public sealed record WindowResult(
    string Phase, ImmutableArray<double> PerArm, double? Ratio, double? PredictedLow, double? PredictedHigh,
    long? EndPage, long? PredictedEndPage, MetricBasis Basis, bool Off);
