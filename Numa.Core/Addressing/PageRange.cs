namespace Numa.Core.Addressing;

/// <summary>A half-open run of page frames [Start, End).</summary>
public readonly record struct PageRange(PageFrameNumber Start, PageFrameNumber End)
{
    public PageCount Pages => End - Start;

    /// <summary>The pages that lie in a range of addresses as a whole; its end may precede its start when none
    /// does.</summary>
    /// <remarks>Unit: bytes. Shape: [start, end).</remarks>
    public static PageRange Whole(ulong start, ulong end) =>
        new(PageFrameNumber.Ceiling(start), PageFrameNumber.Floor(end));

    public bool Contains(PageFrameNumber frame) => frame >= Start && frame < End;
}
