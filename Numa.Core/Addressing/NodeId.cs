namespace Numa.Core.Addressing;

/// <summary>Number of a NUMA node, as Linux numbers them.</summary>
/// <remarks>Range: 0 and up.</remarks>
public readonly record struct NodeId(int Value) : IComparable<NodeId>
{
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
