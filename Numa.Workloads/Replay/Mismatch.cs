using Numa.Core.Allocation;

namespace Numa.Workloads.Replay;

/// <summary>What kind of difference a mismatch is. Each has exactly one; the first that fits.</summary>
public enum MismatchClass
{
    /// <summary>The kernel gave a page, the model none.</summary>
    ModelRefused,

    /// <summary>The kernel gave no page, the model one.</summary>
    KernelFailed,

    /// <summary>A page of another zone.</summary>
    OtherZone,

    /// <summary>In the model the kernel's page waits on the CPU's own lists.</summary>
    OwnList,

    /// <summary>In the model it is in the zone's buddy lists.</summary>
    FreeList,

    /// <summary>In the model it is free on another CPU's list, or in parts.</summary>
    OtherList,

    /// <summary>In the model another allocation of the phase holds it.</summary>
    HeldByAllocation,

    /// <summary>In the model it has been taken since before the phase, or is no page of a zone.</summary>
    HeldBefore,

    /// <summary>Was taken for a page of an untraced bulk allocation.</summary>
    HeldByBulk,
}

/// <summary>What went on when a mismatch came about: the first that fits.</summary>
public enum MismatchTime
{
    /// <summary>Reclaim had begun, which the model does not have.</summary>
    AfterReclaim,

    /// <summary>Another CPU came to the zone less than 100 µs before or after.</summary>
    AmongCpus,

    /// <summary>Neither.</summary>
    Otherwise,
}

/// <summary>How many mismatches of a phase are of a class, and how many of those came when.</summary>
/// <param name="Count">The sum of the three that follow.</param>
public sealed record MismatchCount(
    MismatchClass Class, long Count, long AfterReclaim, long AmongCpus, long Otherwise);

/// <summary>An allocation that got another page in the model than in the kernel.</summary>
/// <param name="Line">Of the trace.</param>
/// <param name="Recorded">First frame of the kernel's block, −1 for none.</param>
/// <param name="Zone">Slot of its zone, −1 for none.</param>
internal sealed record Mismatch(
    Prediction Prediction, int Cpu, ReplayRequest Request, int Line, long Recorded, int Zone)
{
    /// <summary>Where the kernel's block was in the model when the prediction was written.</summary>
    public FoundBlock Found { get; set; }

    /// <summary>Where the model's block came from, or what was refused; kept of a CPU's first mismatch.</summary>
    public string? ModelsReason { get; set; }

    /// <summary>The kernel's page had been taken for one of an untraced bulk allocation.</summary>
    public bool WasUntraced { get; set; }

    /// <summary>The model went on with the kernel's block.</summary>
    public bool IsAdopted => Recorded >= 0 && (WasUntraced || Found.Place != BlockPlace.Elsewhere);

    /// <summary>The kernel's block was not to be had in the model.</summary>
    public bool IsNotFree => Recorded >= 0 && !IsAdopted;
}
