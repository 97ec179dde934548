namespace Numa.Core.Addressing;

/// <summary>Number of a NUMA node, as Linux numbers them.</summary>
/// <remarks>Range: 0 to 1023.</remarks>
public readonly record struct NodeId(int Value) : IComparable<NodeId>
{
    /// <summary>Nodes of the largest x86-64 kernel: MAX_NUMNODES.</summary>
    /// <remarks>Source: <c>CONFIG_NODES_SHIFT</c>, range 1..10, Linux arch/x86/Kconfig.</remarks>
    public const int MaxCount = 1024;

    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
