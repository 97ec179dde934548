namespace Numa.Core.Addressing;

/// <summary>Number of a logical CPU, as Linux numbers them.</summary>
/// <remarks>Range: 0 and up.</remarks>
public readonly record struct CpuId(int Value) : IComparable<CpuId>
{
    public int CompareTo(CpuId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
