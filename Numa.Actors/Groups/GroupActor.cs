using System.Collections.Immutable;
using Akka.Actor;
using Numa.Actors.Machine;
using Numa.Actors.Pagesets;
using Numa.Actors.Time;
using Numa.Actors.Workloads;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using static Numa.Actors.Groups.GroupProtocol;

namespace Numa.Actors.Groups;

/// <summary>Plays the CPUs and zones of one or more nodes: what passes between them is no message.</summary>
/// <remarks>With others it takes turns as the clock permits; alone it keeps the rounds itself.</remarks>
public sealed class GroupActor : RunActor, IGroupMail
{
    /// <summary>Rounds in one mailbox turn of a group that is alone, so that it still hears of the run's end.</summary>
    private const int RoundsPerTurn = 256;

    private readonly Cast _cast;
    private readonly ImmutableArray<CpuProcess> _cpus;
    private readonly ImmutableArray<ZoneProcess> _zones;
    private readonly Group _group;
    private readonly TurnTaker? _turns;
    private readonly RoundClock? _own;
    private readonly Dictionary<TaskId, IActorRef> _givers = [];
    private readonly List<WatermarkCrossing> _crossings = [];
    private readonly int _expectedTasks;
    private long _messages;

    public GroupActor(Cast cast, int id)
    {
        _cast = cast;
        var (plan, map) = (cast.Plan, cast.Groups);
        _cpus = [.. Members(map.OfCpu, id).Select(plan.MakeCpu)];
        _zones = [.. Members(map.OfZone, id).Select(plan.MakeZone)];
        foreach (var cpu in _cpus) cast.Prepare(cpu);
        _expectedTasks = plan.Tasks.Count(task => map.OfCpu[task.Cpu.Value] == id);
        _group = new(id, map, _cpus, _zones, cast.Bounds, this, cast.Rounds);
        if (map.Count == 1) _own = new(cast.Bounds, 1, plan.Machine.Zones, cast.Rounds);
        else _turns = new(_group, cast.Clock);

        Receive<PagesetProtocol.GiveTask>(Given);
        Receive<ZoneVisit>(visit =>
        {
            _messages++;
            _turns!.Take(visit);
        });
        Receive<Signal>(signal =>
        {
            _messages++;
            _turns!.Take(signal);
        });
        Receive<Go>(go =>
        {
            _messages++;
            _turns!.Begin(go);
        });
        Receive<GoOn>(_ => GoOn());
        Receive<CloseGroup>(_ => Sender.Tell(new GroupClosed(id, _cpus, _zones, [.. _crossings], _messages,
            _cpus.Sum(cpu => cpu.Counters.Operations) + _zones.Sum(zone => zone.Served)), Self));
    }

    public static Props Props(Cast cast, int id) =>
        Akka.Actor.Props.Create(() => new GroupActor(cast, id)).WithDispatcher(Cast.Dispatcher);

    protected override void PreStart() => BeginWhenReady();

    private static IEnumerable<int> Members(int[] groups, int id) =>
        Enumerable.Range(0, groups.Length).Where(member => groups[member] == id);

    private void Given(PagesetProtocol.GiveTask give)
    {
        _messages++;
        _givers.Add(give.Start.Task, Sender);
        _group.Deliver(give.Start);
        BeginWhenReady();
    }

    /// <summary>The first round begins when every CPU holds all its tasks.</summary>
    private void BeginWhenReady()
    {
        if (_givers.Count < _expectedTasks) return;
        if (_turns is not null)
        {
            _turns.Join();
            return;
        }

        _own!.Absorb(_group.Begin());
        Self.Tell(new GoOn(), Self);
    }

    private void GoOn()
    {
        _messages++;
        for (var round = 0; round < RoundsPerTurn; round++)
        {
            if (_own!.Advance() is not [var (_, go)])
            {
                Context.Parent.Tell(new ClockProtocol.TimeEnded(_own.Time, _own.Rounds, 0), Self);
                return;
            }

            _own.Absorb(_group.Turn(go));
        }

        Self.Tell(new GoOn(), Self);
    }

    void IGroupMail.ToZone(int group, ZoneVisit visit)
    {
        visit.Round = _turns!.Round;
        _cast.Zones[visit.Zone].Tell(visit, Self);
    }

    void IGroupMail.ToCpu(int group, ZoneVisit reply)
    {
        reply.Round = _turns!.Round;
        _cast.Cpus[reply.Cpu].Tell(reply, Self);
    }

    void IGroupMail.ToCpu(int group, Signal signal)
    {
        signal.Round = _turns!.Round;
        _cast.Cpus[signal.Receiver].Tell(signal, Self);
    }

    void IGroupMail.Ended(SimulatedTask task, TaskEnd end, VirtualInstant at) =>
        _givers[task.Id].Tell(new WorkloadProtocol.TaskReturned(task, end, at), Self);

    void IGroupMail.Crossed(WatermarkCrossing crossing) => _crossings.Add(crossing);
}
