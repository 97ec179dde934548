using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>One thing that early boot did with memory, in the order of the boot.</summary>
public abstract record EarlyStep
{
    private EarlyStep()
    {
    }

    /// <summary>A range was taken at a known address.</summary>
    /// <remarks>Unit: bytes. Shape: [Start, End).</remarks>
    public sealed record Reserve(ulong Start, ulong End) : EarlyStep;

    /// <summary>A range was given back.</summary>
    /// <remarks>Unit: bytes. Shape: [Start, End).</remarks>
    public sealed record Free(ulong Start, ulong End) : EarlyStep;

    /// <summary>Memory was asked for; where it lies follows from the allocator's rules.</summary>
    /// <param name="Observed">Where the real kernel put it; null when that is not known.</param>
    /// <param name="IsGiganticPage">It is a page for hugepages=.</param>
    public sealed record Allocate(MemblockRequest Request, ulong? Observed, bool IsGiganticPage = false) : EarlyStep;

    /// <summary>Memory got its nodes.</summary>
    public sealed record NodesAssigned : EarlyStep;
}
