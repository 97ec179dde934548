namespace Numa.Core.Addressing;

/// <summary>A number of pages.</summary>
/// <remarks>Unit: pages of 4 KiB. Signed, because differences of counts are counts too.</remarks>
public readonly record struct PageCount(long Value) : IComparable<PageCount>
{
    public static readonly PageCount Zero = new(0);

    public ByteSize Bytes => new(Value << PageFrameNumber.PageShift);

    public int CompareTo(PageCount other) => Value.CompareTo(other.Value);

    public static PageCount operator +(PageCount a, PageCount b) => new(a.Value + b.Value);

    public static PageCount operator -(PageCount a, PageCount b) => new(a.Value - b.Value);

    public static bool operator <(PageCount a, PageCount b) => a.Value < b.Value;

    public static bool operator >(PageCount a, PageCount b) => a.Value > b.Value;

    public static bool operator <=(PageCount a, PageCount b) => a.Value <= b.Value;

    public static bool operator >=(PageCount a, PageCount b) => a.Value >= b.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
