using System.Collections.Immutable;
using Akka.Actor;
using Numa.Core.Addressing;
using Numa.Core.Processes;

namespace Numa.Actors.Nodes;

/// <summary>What a node's actor hears and says.</summary>
public static class NodeProtocol
{
    /// <summary>A zone of the node crossed a watermark: a fact to record, not a wake-up. No answer.</summary>
    public sealed record NoteCrossing(WatermarkCrossing Crossing);

    /// <summary>To the machine: the node's zones are there. Shape: slot of each zone and its actor.</summary>
    public sealed record NodeOnline(NodeId Node, ImmutableArray<(int Slot, IActorRef Zone)> Zones);

    /// <summary>The run is over. Answer: <see cref="NodeClosed"/>.</summary>
    public sealed record CloseNode;

    /// <summary>Answers <see cref="CloseNode"/>.</summary>
    public sealed record NodeClosed(
        NodeId Node, ImmutableArray<WatermarkCrossing> Crossings, long Messages, long Decisions);
}
