using Numa.Core.Allocation;
using Numa.Core.Hotplug;
using Numa.Core.Reclaim;

namespace Numa.Core.Processes;

/// <summary>A task that gives signs on its way: once it has done so many operations, what waits for that
/// begins.</summary>
/// <remarks>The operations are the task's own, so they are the same under every host.</remarks>
public sealed class SignTask : SimulatedTask
{
    private readonly SimulatedTask _task;
    private readonly (long Operations, int Sign)[] _signs;
    private int _given;
    private long _begun;

    /// <summary>The tasks, with those that give signs doing so.</summary>
    public static IReadOnlyList<SimulatedTask> In(
        IReadOnlyList<SimulatedTask> tasks, IReadOnlyList<PlannedOperation> operations)
    {
        var signs = Enumerable.Range(0, operations.Count).Where(number => operations[number].At is null)
            .ToLookup(number => operations[number].Task, number => (operations[number].Operations, number));
        return [.. tasks.Select(task => signs.Contains(task.Id) ? new SignTask(task, signs[task.Id]) : task)];
    }

    /// <param name="signs">Operations after which a sign is given, and its number.</param>
    public SignTask(SimulatedTask task, IEnumerable<(long Operations, int Sign)> signs)
        : base(task.Id, task.Workload, task.Cpu)
    {
        _task = task;
        _signs = [.. signs.OrderBy(sign => sign.Operations)];
        Start = task.Start;
        After = task.After;
        OomAdjustment = task.OomAdjustment;
    }

    public override IReadOnlyList<AllocationRequest>? Requests => _task.Requests;

    public override bool EndsAtReclaim => _task.EndsAtReclaim;

    protected internal override bool IsProgram => _task.IsProgram;

    public override long LivePages => _task.LivePages;

    public override IReadOnlyList<TaskTally> Tallies => _task.Tallies;

    public override void Next(ref TaskStep step)
    {
        if (_given < _signs.Length && _begun >= _signs[_given].Operations)
        {
            (step.Kind, step.Sign) = (TaskStepKind.GiveSign, _signs[_given++].Sign);
            return;
        }

        _task.Next(ref step);
        if (step.Kind is TaskStepKind.Allocate or TaskStepKind.Free) _begun++;
    }

    public override void Allocated(LiveBlock block) => _task.Allocated(block);

    public override void AllocatedToLru(LruType type)
    {
        base.AllocatedToLru(type);
        _task.AllocatedToLru(type);
    }

    public override void ForgetAnonymous()
    {
        base.ForgetAnonymous();
        _task.ForgetAnonymous();
    }

    public override void Failed(AllocationFailure failure) => _task.Failed(failure);

    public override void Received(TaskId sender, LiveBlock[] blocks) => _task.Received(sender, blocks);

    public override void Exchanged(FoundBlock found, int counterMoved) => _task.Exchanged(found, counterMoved);

    public override IEnumerable<LiveBlock> LiveBlocks() => _task.LiveBlocks();
}
