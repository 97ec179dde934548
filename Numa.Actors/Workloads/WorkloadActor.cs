using Akka.Actor;
using Numa.Actors.Machine;
using Numa.Actors.Pagesets;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;
using static Numa.Actors.Workloads.WorkloadProtocol;

namespace Numa.Actors.Workloads;

/// <summary>A simulated task's owner: gives it to its CPU's run queue and has it back at its end.</summary>
public sealed class WorkloadActor : RunActor
{
    private readonly Cast _cast;
    private SimulatedTask? _task;
    private TaskEnd? _end;
    private VirtualInstant _at;
    private long _messages;
    private long _decisions;

    public WorkloadActor(Cast cast, SimulatedTask task)
    {
        _cast = cast;
        _task = task;
        var id = task.Id;
        Receive<BeginWork>(_ => Give());
        Receive<TaskReturned>(Returned);
        Receive<CloseWork>(_ => Sender.Tell(new WorkClosed(id, _end, _at, _messages, _decisions), Self));
    }

    public static Props Props(Cast cast, SimulatedTask task) =>
        Akka.Actor.Props.Create(() => new WorkloadActor(cast, task));

    private void Give()
    {
        _messages++;
        _decisions++;
        var task = _task!;
        _task = null;
        _cast.Cpus[task.Cpu.Value].Tell(new PagesetProtocol.GiveTask(SimulationPlan.StartOf(task)), Self);
    }

    private void Returned(TaskReturned returned)
    {
        _messages++;
        _decisions++;
        _task = returned.Task;
        _end = returned.End;
        _at = returned.At;
        Context.Parent.Tell(new WorkDone(returned.Task.Id), Self);
    }
}
