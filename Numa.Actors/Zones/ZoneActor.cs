using Akka.Actor;
using Numa.Actors.Machine;
using Numa.Actors.Nodes;
using Numa.Actors.Time;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using static Numa.Actors.Zones.ZoneProtocol;

namespace Numa.Actors.Zones;

/// <summary>A zone: its lock, its free lists, its watermarks. One visit at a time.</summary>
/// <remarks>In virtual time it serves by the order of arrival stamps, under the wall clock by the order of its
/// mailbox, which then really is the lock.</remarks>
public sealed class ZoneActor : RunActor, IGroupMail
{
    private readonly Cast _cast;
    private readonly ZoneProcess _zone;
    private readonly TurnTaker? _turns;
    private long _messages;

    public ZoneActor(Cast cast, int slot)
    {
        _cast = cast;
        _zone = cast.Plan.MakeZone(slot);
        if (cast.IsVirtual)
        {
            var group = new Group(cast.Groups.OfZone[slot], cast.Groups, [], [_zone], cast.Bounds, this, cast.Rounds);
            _turns = new(group, cast.Clock);
            InRounds();
        }
        else
        {
            AsTheyCome();
        }
    }

    public static Props Props(Cast cast, int slot) =>
        Akka.Actor.Props.CreateBy(new Producer(cast, slot)).WithDispatcher(Cast.Dispatcher);

    protected override void PreStart() => _turns?.Join();

    private void InRounds()
    {
        Receive<ZoneVisit>(visit =>
        {
            _messages++;
            _turns!.Take(visit);
        });
        Receive<Go>(go =>
        {
            _messages++;
            _turns!.Begin(go);
        });
        Receive<CloseZone>(_ => Close());
    }

    private void AsTheyCome()
    {
        Receive<ZoneVisit>(visit =>
        {
            _messages++;
            _zone.ServeNow(visit, _cast.WallNow(), _cast.WallNow);
            foreach (var crossing in _zone.Crossings) Crossed(crossing);
            _zone.Crossings.Clear();
            _cast.Cpus[visit.Cpu].Tell(visit, Self);
        });
        Receive<CloseZone>(_ => Close());
    }

    private void Close() => Sender.Tell(new ZoneClosed(_zone, _messages, _zone.Served), Self);

    private void Crossed(WatermarkCrossing crossing) =>
        Context.Parent.Tell(new NodeProtocol.NoteCrossing(crossing), Self);

    void IGroupMail.ToCpu(int group, ZoneVisit reply)
    {
        reply.Round = _turns!.Round;
        _cast.Cpus[reply.Cpu].Tell(reply, Self);
    }

    void IGroupMail.Crossed(WatermarkCrossing crossing) => Crossed(crossing);

    void IGroupMail.ToZone(int group, ZoneVisit visit) => throw new NotSupportedException("A zone visits no zone.");

    void IGroupMail.ToCpu(int group, Signal signal) => throw new NotSupportedException("A zone sends no signal.");

    void IGroupMail.Ended(SimulatedTask task, TaskEnd end, Core.Time.VirtualInstant at) =>
        throw new NotSupportedException("A zone runs no task.");

    private sealed class Producer(Cast cast, int slot) : IIndirectActorProducer
    {
        public Type ActorType => typeof(ZoneActor);

        public ActorBase Produce() => new ZoneActor(cast, slot);

        public void Release(ActorBase actor)
        {
        }
    }
}
