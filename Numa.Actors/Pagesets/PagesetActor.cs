using Akka.Actor;
using Numa.Actors.Machine;
using Numa.Actors.Time;
using Numa.Actors.Workloads;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using static Numa.Actors.Pagesets.PagesetProtocol;

namespace Numa.Actors.Pagesets;

/// <summary>A CPU with its pagesets: runs the tasks given to it and speaks to zones only where it needs their
/// lock.</summary>
public sealed class PagesetActor : RunActor, IGroupMail, ICpuEffects, IWithTimers
{
    /// <summary>Steps in one mailbox turn under the wall clock, so that a busy CPU still hears others.</summary>
    private const int StepsPerTurn = 256;

    private readonly Cast _cast;
    private readonly CpuProcess _cpu;
    private readonly Dictionary<TaskId, IActorRef> _givers = [];
    private readonly int _expectedTasks;
    private TurnTaker? _turns;
    private IActorRef? _closing;
    private bool _running;
    private long _messages;

    public PagesetActor(Cast cast, int cpu)
    {
        _cast = cast;
        _cpu = cast.Plan.MakeCpu(cpu);
        _expectedTasks = cast.Plan.Tasks.Count(task => task.Cpu.Value == cpu);
        cast.Prepare(_cpu);
        Receive<GiveTask>(Given);
        if (cast.IsVirtual) InRounds();
        else Freely();
    }

    /// <summary>Set by Akka.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Cast cast, int cpu) =>
        Akka.Actor.Props.CreateBy(new Producer(cast, cpu)).WithDispatcher(Cast.Dispatcher);

    protected override void PreStart() => JoinWhenReady();

    private void Given(GiveTask give)
    {
        _messages++;
        _givers.Add(give.Start.Task, Sender);
        _cpu.Accept(give.Start);
        JoinWhenReady();
    }

    /// <summary>The first round begins when every CPU holds all its tasks.</summary>
    private void JoinWhenReady()
    {
        if (_turns is not null || _givers.Count < _expectedTasks) return;
        if (!_cast.IsVirtual)
        {
            _running = true;
            Continue();
            return;
        }

        var group = new Group(_cast.Groups.OfCpu[_cpu.Id], _cast.Groups, [_cpu], [], _cast.Bounds, this, _cast.Rounds);
        _turns = new(group, _cast.Clock);
        _turns.Join();
    }

    private void InRounds()
    {
        Receive<ZoneVisit>(reply =>
        {
            _messages++;
            _turns!.Take(reply);
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
        Receive<CloseCpu>(_ => Close(Sender));
    }

    private void Freely()
    {
        Receive<ZoneVisit>(reply =>
        {
            _messages++;
            _cpu.CatchUp(_cast.WallNow());
            _cpu.Complete(reply);
            Continue();
        });
        Receive<Signal>(signal =>
        {
            _messages++;
            _cpu.Accept(signal);
            Continue();
        });
        Receive<RunFreely>(_ => Continue());
        Receive<AskActivity>(_ =>
            Sender.Tell(new CpuActivity(_cpu.Id, _running && _cpu.IsIdle, _messages), Self));
        Receive<CloseCpu>(_ =>
        {
            _closing = Sender;
            Continue();
        });
    }

    private void Continue()
    {
        if (!_running || _cpu.IsWaiting) return;
        if (_closing is { } asker)
        {
            Close(asker);
            return;
        }

        var now = _cast.WallNow();
        _cpu.CatchUp(now);
        _cpu.Run(now + new VirtualDuration(1), null, this, StepsPerTurn);
        if (_cpu.IsWaiting || _cpu.Next == VirtualInstant.Never) return;
        var rest = (_cpu.Next - _cast.WallNow()).Nanoseconds;
        // A task starts, or the vmstat worker strikes, later by the wall clock.
        if (rest <= 0) Self.Tell(new RunFreely(), Self);
        else Timers.StartSingleTimer("alarm", new RunFreely(), TimeSpan.FromMicroseconds(rest / 1000.0 + 1));
    }

    private void Close(IActorRef asker)
    {
        // The state is the asker's now: an alarm that still strikes must not run it.
        _running = false;
        asker.Tell(new CpuClosed(_cpu, _messages, _cpu.Counters.Operations), Self);
    }

    void ICpuEffects.Send(ZoneVisit visit)
    {
        visit.Arrival = _cast.WallNow();
        _cast.Zones[visit.Zone].Tell(visit, Self);
    }

    void ICpuEffects.Send(Signal signal) => _cast.Cpus[signal.Receiver].Tell(signal, Self);

    void ICpuEffects.Ended(SimulatedTask task, TaskEnd end, VirtualInstant at) => Return(task, end, at);

    void IGroupMail.ToZone(int group, ZoneVisit visit)
    {
        visit.Round = _turns!.Round;
        _cast.Zones[visit.Zone].Tell(visit, Self);
    }

    void IGroupMail.ToCpu(int group, Signal signal)
    {
        signal.Round = _turns!.Round;
        _cast.Cpus[signal.Receiver].Tell(signal, Self);
    }

    void IGroupMail.ToCpu(int group, ZoneVisit reply) => throw new NotSupportedException("A CPU serves no visit.");

    void IGroupMail.Ended(SimulatedTask task, TaskEnd end, VirtualInstant at) => Return(task, end, at);

    void IGroupMail.Crossed(WatermarkCrossing crossing) => throw new NotSupportedException("A CPU has no watermark.");

    private void Return(SimulatedTask task, TaskEnd end, VirtualInstant at) =>
        _givers[task.Id].Tell(new WorkloadProtocol.TaskReturned(task, end, at), Self);

    private sealed class Producer(Cast cast, int cpu) : IIndirectActorProducer
    {
        public Type ActorType => typeof(PagesetActor);

        public ActorBase Produce() => new PagesetActor(cast, cpu);

        public void Release(ActorBase actor)
        {
        }
    }
}
