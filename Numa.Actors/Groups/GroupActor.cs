using Akka.Actor;
using Numa.Actors.Machine;
using Numa.Actors.Pagesets;
using Numa.Core.Rounds;
using static Numa.Actors.Groups.GroupProtocol;

namespace Numa.Actors.Groups;

/// <summary>Makes the CPUs and zones of one or more nodes, and plays their turns: what passes between them is no
/// message.</summary>
/// <remarks>Between two turns the group is the clock's, which plays short turns itself.</remarks>
public sealed class GroupActor : RunActor
{
    private readonly Cast _cast;
    private readonly Group _group;
    private readonly GroupPost _post;
    private int _tasksMissing;
    private long _messages;

    public GroupActor(Cast cast, int id)
    {
        _cast = cast;
        (_group, _post) = RoundLoop.Seat(cast.Plan, cast.Groups, id, cast.Rounds, cast.Prepare);
        _tasksMissing = cast.Plan.Tasks.Count(task => cast.Groups.OfCpu[task.Cpu.Value] == id);
        Receive<PagesetProtocol.GiveTask>(Given);
        Receive<PlayTurn>(Play);
        Receive<CloseGroup>(_ => Close());
    }

    public static Props Props(Cast cast, int id) =>
        Akka.Actor.Props.Create(() => new GroupActor(cast, id)).WithDispatcher(Cast.Dispatcher);

    protected override void PreStart() => JoinWhenReady();

    private void Given(PagesetProtocol.GiveTask give)
    {
        _messages++;
        _tasksMissing--;
        _group.Deliver(give.Start);
        JoinWhenReady();
    }

    /// <summary>The first round begins when every CPU holds all its tasks.</summary>
    private void JoinWhenReady()
    {
        if (_tasksMissing == 0) _cast.Clock.Tell(new Joined(_group, _post), Self);
    }

    private void Play(PlayTurn turn)
    {
        _messages++;
        turn.Rounds.Play(_group.Id, turn.Go);
        Sender.Tell(turn, Self);
    }

    private void Close() => Sender.Tell(new GroupClosed(_group.Id, [.. _group.Cpus], [.. _group.Zones],
        [.. _post.Crossings], _messages,
        _group.Cpus.Sum(cpu => cpu.Counters.Operations) + _group.Zones.Sum(zone => zone.Served)), Self);
}
