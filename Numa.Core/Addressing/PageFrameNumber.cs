namespace Numa.Core.Addressing;

/// <summary>Index of a physical page frame: physical address divided by the page size.</summary>
/// <remarks>Unit: frames of 4 KiB, never bytes. Source: <c>pfn</c>, Linux include/linux/pfn.h.</remarks>
public readonly record struct PageFrameNumber(long Value) : IComparable<PageFrameNumber>
{
    /// <summary>log2 of the page size in bytes.</summary>
    public const int PageShift = 12;

    public static PageFrameNumber Floor(ulong address) => new(checked((long)(address >> PageShift)));

    public static PageFrameNumber Ceiling(ulong address) =>
        new(checked((long)(address >> PageShift)) + ((address & ((1ul << PageShift) - 1)) == 0 ? 0 : 1));

    public ulong Address => (ulong)Value << PageShift;

    public int CompareTo(PageFrameNumber other) => Value.CompareTo(other.Value);

    public static PageFrameNumber operator +(PageFrameNumber frame, PageCount pages) => new(frame.Value + pages.Value);

    public static PageCount operator -(PageFrameNumber end, PageFrameNumber start) => new(end.Value - start.Value);

    public static bool operator <(PageFrameNumber a, PageFrameNumber b) => a.Value < b.Value;

    public static bool operator >(PageFrameNumber a, PageFrameNumber b) => a.Value > b.Value;

    public static bool operator <=(PageFrameNumber a, PageFrameNumber b) => a.Value <= b.Value;

    public static bool operator >=(PageFrameNumber a, PageFrameNumber b) => a.Value >= b.Value;

    public override string ToString() => $"0x{Value:x}";
}
