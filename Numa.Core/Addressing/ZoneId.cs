using System.Globalization;

namespace Numa.Core.Addressing;

/// <summary>A zone of a node. Written <c>0:Normal</c>.</summary>
/// <remarks>Ordered by node, then by zone index.</remarks>
public readonly record struct ZoneId(NodeId Node, ZoneKind Kind) : IComparable<ZoneId>
{
    /// <summary>Reads a zone as the kernel's files name it: the number of its node, and its own name.</summary>
    public static bool TryParse(string node, string kind, out ZoneId zone)
    {
        zone = default;
        // A name's first character is a letter: numbers and signs would pass for members of the enum.
        if (!int.TryParse(node, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number >= NodeId.MaxCount || kind.Length == 0 || !char.IsAsciiLetter(kind[0])
            || !Enum.TryParse<ZoneKind>(kind, out var known))
        {
            return false;
        }

        zone = new(new(number), known);
        return true;
    }

    public int CompareTo(ZoneId other) =>
        Node == other.Node ? Kind.CompareTo(other.Kind) : Node.CompareTo(other.Node);

    public override string ToString() => $"{Node}:{Kind}";
}
