namespace Numa.Core.Addressing;

/// <summary>A zone of a node. Written <c>0:Normal</c>.</summary>
/// <remarks>Ordered by node, then by zone index.</remarks>
public readonly record struct ZoneId(NodeId Node, ZoneKind Kind) : IComparable<ZoneId>
{
    public int CompareTo(ZoneId other) =>
        Node == other.Node ? Kind.CompareTo(other.Kind) : Node.CompareTo(other.Node);

    public override string ToString() => $"{Node}:{Kind}";
}
