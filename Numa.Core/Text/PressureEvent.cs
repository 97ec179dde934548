using Numa.Core.Addressing;

namespace Numa.Core.Text;

/// <summary>What an event says that is traced only when memory is short.</summary>
public enum PressureKind
{
    /// <summary><c>mm_vmscan_wakeup_kswapd</c>: an allocation wakes the kswapd of a node.</summary>
    KswapdWoken,

    /// <summary><c>mm_vmscan_kswapd_wake</c>: kswapd begins one pass over its node.</summary>
    KswapdBegins,

    /// <summary><c>mm_vmscan_kswapd_sleep</c>: kswapd sleeps until it is woken.</summary>
    KswapdSleeps,

    /// <summary><c>mm_vmscan_direct_reclaim_begin</c>: a task reclaims before its allocation goes on.</summary>
    ReclaimBegins,

    /// <summary><c>mm_vmscan_direct_reclaim_end</c>.</summary>
    ReclaimEnds,

    /// <summary><c>reclaim_retry_zone</c>: a zone is judged whether reclaim is worth another try.</summary>
    RetryJudged,

    /// <summary><c>mark_victim</c>: the OOM killer has chosen a task.</summary>
    VictimMarked,
}

/// <summary>An event of vmscan or of the OOM killer.</summary>
/// <remarks>Source: include/trace/events/vmscan.h and oom.h, Linux. Numbers that a kind does not have are 0.</remarks>
public sealed record PressureEvent(PressureKind Kind)
{
    /// <summary>Whose kswapd it is, or the node of the judged zone.</summary>
    public NodeId Node { get; init; }

    /// <summary>Zone that kswapd is woken for, up to 4.8, or the judged zone; null where none is named.</summary>
    public ZoneKind? Zone { get; init; }

    /// <summary>Kswapd is woken by no request: a zone's boost is to go. Its gfp flags are none.</summary>
    public bool HasNoRequest { get; init; }

    /// <summary>Pages that direct reclaim freed.</summary>
    public long Reclaimed { get; init; }

    /// <summary>Pages of the judged zone that reclaim could free; where there are none, its free pages.</summary>
    public long Reclaimable { get; init; }

    /// <summary>Reclaimable and free pages of the judged zone together.</summary>
    public long Available { get; init; }

    /// <summary>Min mark of the judged zone, boost included. Unit: pages.</summary>
    public long MinMark { get; init; }

    /// <summary>Rounds in a row in which reclaim freed nothing.</summary>
    public long NoProgress { get; init; }

    /// <summary>The judged zone would pass its check.</summary>
    public bool Passes { get; init; }

    /// <summary>Number of the chosen task.</summary>
    public int Victim { get; init; }
}
