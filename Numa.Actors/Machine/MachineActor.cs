using System.Reflection;
using Akka.Actor;
using Numa.Actors.Groups;
using Numa.Actors.Nodes;
using Numa.Actors.Pagesets;
using Numa.Actors.Time;
using Numa.Actors.Workloads;
using Numa.Actors.Zones;
using Numa.Core.Processes;
using Numa.Core.Time;
using static Numa.Actors.Machine.MachineProtocol;

namespace Numa.Actors.Machine;

/// <summary>A machine: boots its nodes, starts CPUs and workloads, ends the run, and lets no failure pass.</summary>
public sealed class MachineActor : RunActor, IWithTimers
{
    /// <summary>Wall time between two looks whether any task can still go on.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly Cast _cast;
    private readonly List<IActorRef> _nodes = [];
    private readonly List<IActorRef> _workloads = [];
    private readonly Outcome _outcome;
    private readonly StandstillWatch _watch;
    private IActorRef _asker = ActorRefs.Nobody;
    private int _nodesMissing;
    private int _tasksMissing;
    private int _closing;
    private bool _over;

    public MachineActor(Cast cast)
    {
        _cast = cast;
        _outcome = new(cast.Plan);
        _watch = new(cast.Plan.CpuCount);
        _tasksMissing = cast.Plan.Tasks.Count;
        Receive<Boot>(_ => BootNodes());
        Receive<NodeProtocol.NodeOnline>(NodeOnline);
        Receive<Abort>(abort => Fail(new SimulationFailedException(abort.Reason, null)));
        Receive<ClockProtocol.TimeEnded>(TimeEnded);
        Receive<WorkloadProtocol.WorkDone>(_ => WorkDone());
        Receive<PollCpus>(_ => PollAll());
        Receive<PagesetProtocol.CpuActivity>(Polled);
        Receive<GroupProtocol.GroupClosed>(closed => Closed(() => _outcome.Add(closed)));
        Receive<NodeProtocol.NodeClosed>(closed => Closed(() => _outcome.Add(closed)));
        Receive<ZoneProtocol.ZoneClosed>(closed => Closed(() => _outcome.Add(closed)));
        Receive<PagesetProtocol.CpuClosed>(closed => Closed(() => _outcome.Add(closed)));
        Receive<WorkloadProtocol.WorkClosed>(closed => Closed(() => _outcome.Add(closed)));
        Receive<Terminated>(lost => Fail(new SimulationFailedException(
            $"actor {lost.ActorRef.Path.ToStringWithoutAddress()} stopped during the run", null)));
    }

    /// <summary>Set by Akka.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Cast cast) => Akka.Actor.Props.Create(() => new MachineActor(cast));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        // Nothing is restarted over a wrong state: the run ends with the first failure.
        Fail(failure);
        return Directive.Stop;
    });

    /// <summary>The machine itself has failed: above it nobody knows who asked, so it answers before it is
    /// replaced.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        Fail(reason);
        base.PreRestart(reason, message);
    }

    private void BootNodes()
    {
        _asker = Sender;
        _outcome.MachineMessages++;
        if (_cast.IsVirtual)
        {
            var clock = _cast.IsGrouped ? GroupClockActor.Props(_cast) : ClockActor.Props(_cast);
            _cast.Clock = Context.Watch(Context.ActorOf(clock, "clock"));
        }

        if (_cast.IsGrouped)
        {
            BootGroups();
            return;
        }

        var nodes = _cast.Plan.Nodes.ToList();
        _nodesMissing = nodes.Count;
        foreach (var node in nodes)
            _nodes.Add(Context.Watch(Context.ActorOf(NodeActor.Props(_cast, node), $"node-{node}")));
    }

    private void BootGroups()
    {
        for (var group = 0; group < _cast.NodeGroups.Length; group++)
        {
            var actor = Context.Watch(Context.ActorOf(GroupActor.Props(_cast, group), $"group-{group}"));
            _cast.NodeGroups[group] = actor;
            for (var cpu = 0; cpu < _cast.Cpus.Length; cpu++)
            {
                if (_cast.Groups.OfCpu[cpu] == group) _cast.Cpus[cpu] = actor;
            }

            for (var slot = 0; slot < _cast.Zones.Length; slot++)
            {
                if (_cast.Groups.OfZone[slot] == group) _cast.Zones[slot] = actor;
            }
        }

        StartWork();
    }

    private void NodeOnline(NodeProtocol.NodeOnline online)
    {
        _outcome.MachineMessages++;
        foreach (var (slot, zone) in online.Zones) _cast.Zones[slot] = Context.Watch(zone);
        if (--_nodesMissing > 0) return;
        _outcome.MachineDecisions++;
        for (var cpu = 0; cpu < _cast.Cpus.Length; cpu++)
            _cast.Cpus[cpu] = Context.Watch(Context.ActorOf(PagesetActor.Props(_cast, cpu), $"cpu-{cpu}"));
        StartWork();
    }

    private void StartWork()
    {
        foreach (var task in _cast.Plan.Tasks)
        {
            var workload = Context.Watch(Context.ActorOf(WorkloadActor.Props(_cast, task), $"task-{task.Id}"));
            _workloads.Add(workload);
            _cast.Tasks[task.Id.Value] = workload;
        }

        foreach (var workload in _workloads) workload.Tell(new WorkloadProtocol.BeginWork(), Self);

        if (_cast.IsVirtual) return;
        if (_tasksMissing == 0) CloseAll();
        else Timers.StartPeriodicTimer(nameof(PollCpus), new PollCpus(), PollInterval);
    }

    private void PollAll()
    {
        if (_over || !_watch.Begin()) return;
        foreach (var cpu in _cast.Cpus) cpu.Tell(new PagesetProtocol.AskActivity(), Self);
    }

    /// <summary>Tasks that wait for ever never tell of their end. In virtual time the clock finds that out.</summary>
    private void Polled(PagesetProtocol.CpuActivity activity)
    {
        if (!_watch.Take(activity) || _over) return;
        _outcome.MachineDecisions++;
        CloseAll();
    }

    private void TimeEnded(ClockProtocol.TimeEnded ended)
    {
        _outcome.MachineMessages++;
        _outcome.Time = ended.Time;
        _outcome.Add(ended);
        CloseAll();
    }

    private void WorkDone()
    {
        _outcome.MachineMessages++;
        if (--_tasksMissing == 0 && !_cast.IsVirtual) CloseAll();
    }

    /// <summary>Every actor gives back its state; then the asker has its answer.</summary>
    private void CloseAll()
    {
        if (_over) return;
        _over = true;
        _outcome.MachineDecisions++;
        if (!_cast.IsVirtual) _outcome.Time = _cast.WallNow();
        foreach (var workload in _workloads) workload.Tell(new WorkloadProtocol.CloseWork(), Self);
        foreach (var group in _cast.NodeGroups) group.Tell(new GroupProtocol.CloseGroup(), Self);
        _closing = _workloads.Count + _cast.NodeGroups.Length;
        if (!_cast.IsGrouped)
        {
            foreach (var cpu in _cast.Cpus) cpu.Tell(new PagesetProtocol.CloseCpu(), Self);
            _closing += _cast.Cpus.Length;
        }

        if (_closing == 0) NextStage();
    }

    private void CloseZones()
    {
        // Zones close after the CPUs: under the wall clock a last visit may still be under way.
        foreach (var zone in _cast.Zones) zone.Tell(new ZoneProtocol.CloseZone(), Self);
        _closing = _cast.Zones.Length;
    }

    private void Closed(Action add)
    {
        _outcome.MachineMessages++;
        add();
        if (--_closing == 0) NextStage();
    }

    private void NextStage()
    {
        switch (++_outcome.ClosedStages)
        {
            case 1 when _cast.IsGrouped:
                _asker.Tell(_outcome.Build(), Self);
                break;
            case 1:
                CloseZones();
                break;
            case 2:
                foreach (var node in _nodes) node.Tell(new NodeProtocol.CloseNode(), Self);
                _closing = _nodes.Count;
                break;
            default:
                _asker.Tell(_outcome.Build(), Self);
                break;
        }
    }

    private void Fail(Exception failure)
    {
        if (_over && _closing == 0) return;
        _over = true;
        // What an actor's constructor threw comes wrapped.
        while (failure is ActorInitializationException or TargetInvocationException
               && failure.InnerException is { } inner)
        {
            failure = inner;
        }

        _asker.Tell(new Status.Failure(failure), Self);
    }
}
