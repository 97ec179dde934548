using Akka.Actor;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using static Numa.Benchmarks.OneTell.OneTellProtocol;

namespace Numa.Benchmarks.OneTell;

/// <summary>A CPU with one task: a message for each allocation and its answer, a message for each free.</summary>
internal sealed class OneTellCpuActor : ReceiveActor
{
    private readonly int _cpu;
    private readonly SimulatedTask _task;
    private readonly IActorRef[] _zones;
    private readonly int[] _walk;
    private IActorRef _machine = ActorRefs.Nobody;
    private TaskStep _step;
    private int _tried;
    private long _operations;

    public OneTellCpuActor(SimulationPlan plan, SimulatedTask task, IActorRef[] zones)
    {
        _cpu = task.Cpu.Value;
        _task = task;
        _zones = zones;
        _walk = plan.Machine.Walk(plan.Machine.Image.Cpus.NodeOf(task.Cpu), ZoneKind.Movable, thisNodeOnly: false);
        Receive<Begin>(_ =>
        {
            _machine = Sender;
            GoOn();
        });
        Receive<Granted>(granted =>
        {
            _task.Allocated(granted.Block);
            GoOn();
        });
        Receive<Refused>(_ =>
        {
            // The loads never run out of memory: the last zone has refused only if this program is wrong.
            _tried++;
            Ask();
        });
    }

    /// <summary>Frees as the task says, up to its next allocation.</summary>
    private void GoOn()
    {
        while (true)
        {
            _task.Next(ref _step);
            switch (_step.Kind)
            {
                case TaskStepKind.Allocate:
                    _operations++;
                    _tried = 0;
                    Ask();
                    return;
                case TaskStepKind.Free:
                    _operations++;
                    _zones[_step.Block.Zone].Tell(new Free(_cpu, _step.Block));
                    break;
                case TaskStepKind.Exit:
                    foreach (var zone in _zones) zone.Tell(new NoMore(_machine));
                    _machine.Tell(new CpuDone(_operations));
                    return;
                default:
                    throw new NotSupportedException($"the naive design does not know {_step.Kind}");
            }
        }
    }

    private void Ask() => _zones[_walk[_tried]].Tell(new Allocate(_cpu, _step.Request!));
}
