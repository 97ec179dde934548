using System.Collections.Immutable;
using Akka.Actor;
using Numa.Actors.Machine;
using Numa.Actors.Zones;
using Numa.Core.Addressing;
using Numa.Core.Processes;
using static Numa.Actors.Nodes.NodeProtocol;

namespace Numa.Actors.Nodes;

/// <summary>A NUMA node: brings its zones online, supervises them, and records how their free pages cross the
/// marks.</summary>
public sealed class NodeActor : RunActor
{
    private readonly Cast _cast;
    private readonly NodeId _node;
    private readonly List<WatermarkCrossing> _crossings = [];
    private long _messages;
    private long _decisions;

    public NodeActor(Cast cast, NodeId node)
    {
        _cast = cast;
        _node = node;
        Receive<NoteCrossing>(note =>
        {
            _messages++;
            _decisions++;
            _crossings.Add(note.Crossing);
        });
        Receive<CloseNode>(_ => Sender.Tell(
            new NodeClosed(_node, [.. _crossings], _messages, _decisions), Self));
    }

    public static Props Props(Cast cast, NodeId node) => Akka.Actor.Props.Create(() => new NodeActor(cast, node));

    protected override void PreStart()
    {
        var zones = ImmutableArray.CreateBuilder<(int, IActorRef)>();
        for (var slot = 0; slot < _cast.Plan.ZoneCount; slot++)
        {
            var id = _cast.Plan.Machine.Zones[slot].Id;
            if (id.Node != _node) continue;
            zones.Add((slot, Context.ActorOf(ZoneActor.Props(_cast, slot), $"zone-{id.Kind}")));
            _decisions++;
        }

        _messages++;
        Context.Parent.Tell(new NodeOnline(_node, zones.ToImmutable()), Self);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Escalate);
}
