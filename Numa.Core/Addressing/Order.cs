namespace Numa.Core.Addressing;

/// <summary>Size class of a buddy block: a block of order <c>k</c> spans <c>2^k</c> page frames.</summary>
/// <remarks>Range: 0..10 inclusive. Source: <c>MAX_PAGE_ORDER</c>, Linux include/linux/mmzone.h.</remarks>
public readonly record struct Order : IComparable<Order>
{
    public const int MaxValue = 10;

    /// <summary>Number of orders, 0..10.</summary>
    public const int Count = MaxValue + 1;

    /// <summary>Order of a pageblock, the unit that carries a migratetype: 512 pages.</summary>
    public const int Pageblock = 9;

    /// <summary>Pages of a pageblock.</summary>
    public const long PageblockPages = 1L << Pageblock;

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is outside 0..10.</exception>
    public Order(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        Value = value;
    }

    public int Value { get; }

    public PageCount Pages => new(1L << Value);

    public int CompareTo(Order other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
