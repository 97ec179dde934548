using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Zonelists;

/// <summary>What a node's score is made of; the least score is chosen, the lowest number among equals.</summary>
/// <param name="Distance">SLIT distance from the node whose list is built.</param>
/// <param name="IsBefore">Its number is below that node's: one more.</param>
/// <param name="HasCpus">The kernel knows CPUs on it: one more.</param>
/// <param name="Scale">Weight of the distance against the load.</param>
/// <param name="Load">How often it already opened a distance for other nodes, by the release's count.</param>
public readonly record struct NodeTerms(
    NodeId Node, int Distance, bool IsBefore, bool HasCpus, long Scale, long Load)
{
    public long Score => (Distance + (IsBefore ? 1 : 0) + (HasCpus ? 1 : 0)) * Scale + Load;
}

/// <summary>One choice of a fallback order.</summary>
/// <param name="IsLocal">The node itself: taken first, without a score.</param>
/// <param name="Candidates">Nodes with memory that were left, before the choice.</param>
/// <param name="Load">Load of the chosen node from then on; null when it opens no new distance.</param>
public sealed record NodeChoice(NodeId Chosen, bool IsLocal, ImmutableArray<NodeTerms> Candidates, long? Load);
