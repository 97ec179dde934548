using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Tests.Generators;

/// <summary>A task that follows a script; without one it exits at once.</summary>
internal sealed class ScriptTask(int id, int cpu, params Action<ScriptTask, TaskStepHolder>[] script)
    : SimulatedTask(new(id), "script", new(cpu))
{
    private readonly List<LiveBlock> _held = [];
    private int _at;

    public override long LivePages => _held.Sum(block => block.Pages);

    public List<LiveBlock> Held => _held;

    public List<TaskId> Senders { get; } = [];

    /// <summary>Begins anew after the last step.</summary>
    public bool Repeats { get; init; }

    public static Action<ScriptTask, TaskStepHolder> Allocate(int order) =>
        Allocate(new AllocationRequest(GfpFlags.GfpHighUserMovable & ~GfpFlags.DirectReclaim, new(order)));

    public static Action<ScriptTask, TaskStepHolder> Allocate(AllocationRequest request) => (_, step) =>
        (step.Step.Kind, step.Step.Request) = (TaskStepKind.Allocate, request);

    public static Action<ScriptTask, TaskStepHolder> FreeLast => (task, step) =>
    {
        step.Step.Kind = TaskStepKind.Free;
        step.Step.Block = task._held[^1];
        task._held.RemoveAt(task._held.Count - 1);
    };

    public static Action<ScriptTask, TaskStepHolder> Sleep => (_, step) => step.Step.Kind = TaskStepKind.Sleep;

    public static Action<ScriptTask, TaskStepHolder> Think(long nanoseconds) => (_, step) =>
        (step.Step.Kind, step.Step.Think) = (TaskStepKind.Think, new(nanoseconds));

    public static Action<ScriptTask, TaskStepHolder> HandAllTo(int task) => (self, step) =>
    {
        (step.Step.Kind, step.Step.Receiver, step.Step.Blocks) = (TaskStepKind.HandOver, new(task), [.. self._held]);
        self._held.Clear();
    };

    public override void Next(ref TaskStep step)
    {
        step.Think = VirtualDuration.Zero;
        if (_at == script.Length && Repeats) _at = 0;
        if (_at == script.Length)
        {
            step.Kind = TaskStepKind.Exit;
            return;
        }

        var holder = new TaskStepHolder { Step = step };
        script[_at++](this, holder);
        step = holder.Step;
    }

    public override void Allocated(LiveBlock block) => _held.Add(block);

    public override void Received(TaskId sender, LiveBlock[] blocks)
    {
        Senders.Add(sender);
        _held.AddRange(blocks);
    }

    public override IEnumerable<LiveBlock> LiveBlocks() => _held;
}

/// <summary>A step that a lambda can fill in.</summary>
internal sealed class TaskStepHolder
{
    public TaskStep Step;
}
