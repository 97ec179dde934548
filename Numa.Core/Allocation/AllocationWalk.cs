using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Allocation;

/// <summary>Why a pass left a zone out without comparing its free pages.</summary>
public enum ZoneSkip
{
    /// <summary>The policy does not allow its node.</summary>
    NodeNotAllowed,

    /// <summary>Its fair batch has run out.</summary>
    FairBatchDepleted,

    /// <summary>The fair pass ends at the first zone of another node.</summary>
    RemoteInFairPass,

    /// <summary>Rather than go to another node, the walk begins again and may mix migratetypes.</summary>
    RemoteWhileAvoidingFragmentation,

    /// <summary>The zonelist's cache knows it as full.</summary>
    KnownAsFull,
}

/// <summary>How a zone that was asked for a page answered.</summary>
/// <param name="Order">Order of the block asked for.</param>
/// <param name="Type">Migratetype asked for.</param>
/// <param name="Asked">Blocks asked of the buddy lists; 0 when the CPU's own list had one.</param>
/// <param name="Taken">Blocks that the buddy lists gave.</param>
/// <param name="Fallbacks">Of these, those that another migratetype gave.</param>
/// <param name="IsRefill">They filled the CPU's list; else the block went to the task at once.</param>
/// <param name="From">Order and migratetype of the free block that the first one was cut from; null when there was
/// none.</param>
/// <param name="LeftOnList">Blocks of the order and type on the CPU's list afterwards.</param>
public sealed record PageSource(
    int Order, Migratetype Type, int Asked, int Taken, int Fallbacks, bool IsRefill,
    (int Order, Migratetype Type)? From, int LeftOnList);

/// <summary>What a pass did with one zone.</summary>
/// <param name="Skipped">Null when its free pages were compared.</param>
/// <param name="FairBatch">What was left of its fair batch, where that decided. Unit: pages.</param>
/// <param name="Check">Null when the zone was skipped.</param>
/// <param name="Source">What it answered; null when it was not asked.</param>
public sealed record WalkStep(
    ZoneId Zone, ZoneSkip? Skipped = null, long? FairBatch = null, WatermarkTerms? Check = null,
    PageSource? Source = null);

/// <summary>One way along the zonelist, at one mark and with one set of flags.</summary>
public sealed record WalkPass(WatermarkLevel Level, AllocationFlags Flags, ImmutableArray<WalkStep> Steps);

/// <summary>One allocation from the request to its answer: every zone of every pass, and what was compared.</summary>
/// <param name="Number">Pages that its task had got before.</param>
/// <param name="Node">Node of the CPU.</param>
/// <param name="List">Permitted zones in the order of the zonelist.</param>
/// <param name="LockWait">Waiting for zone locks. Unit: virtual nanoseconds.</param>
/// <param name="Zone">Zone of the page; null when there is none.</param>
/// <param name="Frame">First frame of the block.</param>
/// <param name="Failure">Null when there is a page.</param>
public sealed record AllocationWalk(
    TaskId Task, long Number, int Cpu, NodeId Node, AllocationRequest Request, ImmutableArray<ZoneId> List,
    ImmutableArray<WalkPass> Passes, VirtualInstant Begin, VirtualInstant End, long LockWait,
    ZoneId? Zone, PageFrameNumber Frame, FailureKind? Failure);
