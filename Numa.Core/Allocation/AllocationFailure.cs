using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Processes;
using Numa.Core.Zones;

namespace Numa.Core.Allocation;

/// <summary>One zone that a walk passed over, and why.</summary>
public readonly record struct ZoneRefusal(ZoneId Zone, WatermarkLevel Level, WatermarkVerdict Verdict);

/// <summary>How an allocation that got no page ended.</summary>
public enum FailureKind
{
    /// <summary>The zonelist holds no zone that the request permits.</summary>
    NoZone,

    /// <summary>Every zone refused at the min watermark, and the request may not reclaim.</summary>
    NoPage,

    /// <summary>Every zone refused at the min watermark; the kernel would reclaim now.</summary>
    NeedsReclaim,

    /// <summary>Nothing could be reclaimed, and no task could be killed for it.</summary>
    Deadlocked,

    /// <summary>It never ended: the kernel neither reclaims enough nor kills for it.</summary>
    Hung,
}

/// <summary>An allocation that failed, with each zone that was tried.</summary>
public sealed record AllocationFailure(
    AllocationRequest Request, FailureKind Kind, ImmutableArray<ZoneRefusal> Tried)
{
    /// <summary>How the machine stood then; null where nobody looked.</summary>
    public MemorySnapshot? Memory { get; init; }
}
