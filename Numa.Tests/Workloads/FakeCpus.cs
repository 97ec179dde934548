using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Tests.Workloads;

/// <summary>Runs tasks against a counter of free pages instead of an allocator: one step each in turn.</summary>
/// <remarks>Keeps a log of every step, and checks that a task frees only what it holds, once.</remarks>
internal sealed class FakeCpus(long freePages)
{
    private readonly HashSet<ulong> _live = [];
    private readonly Stack<long> _freed = new();
    private readonly Dictionary<TaskId, VirtualInstant> _alarms = [];
    private long _next;
    private VirtualInstant _now;

    internal long FreePages { get; private set; } = freePages;

    internal int LiveBlocks => _live.Count;

    internal long Frees { get; private set; }

    internal VirtualInstant Now => _now;

    internal List<string> Log { get; } = [];

    /// <summary>With less free than this there is no whole huge page.</summary>
    internal long SmallestFreeForHuge { get; init; }

    /// <summary>What a failing allocation says.</summary>
    internal FailureKind Failure { get; init; } = FailureKind.NoPage;

    /// <summary>Runs until every task has exited or sleeps.</summary>
    /// <returns>The tasks that sleep for ever.</returns>
    internal IReadOnlyList<SimulatedTask> Run(IReadOnlyList<SimulatedTask> tasks, int limit = 1_000_000)
    {
        var asleep = new HashSet<TaskId>();
        var gone = new HashSet<TaskId>();
        var step = default(TaskStep);
        while (tasks.Any(task => !asleep.Contains(task.Id) && !gone.Contains(task.Id)) || _alarms.Count > 0)
        {
            Wake(tasks, asleep, gone);
            foreach (var task in tasks)
            {
                if (asleep.Contains(task.Id) || gone.Contains(task.Id)
                    || task.After.Any(before => !gone.Contains(before))) continue;
                Assert.True(limit-- > 0, "the tasks do not end");
                step.NotBefore = _now;
                task.Next(ref step);
                _now += step.Think;
                Log.Add($"{task.Id} {step.Kind} {step.Think} {step.Block.Frame}");
                Do(task, ref step, tasks, asleep, gone);
            }
        }

        return [.. tasks.Where(task => asleep.Contains(task.Id))];
    }

    /// <summary>Time passes while everybody sleeps.</summary>
    private void Wake(IReadOnlyList<SimulatedTask> tasks, HashSet<TaskId> asleep, HashSet<TaskId> gone)
    {
        if (_alarms.Count == 0) return;
        if (!tasks.Any(task => !asleep.Contains(task.Id) && !gone.Contains(task.Id)))
            _now = VirtualInstant.Max(_now, _alarms.Values.Min());
        foreach (var task in _alarms.Where(alarm => alarm.Value <= _now).Select(alarm => alarm.Key).ToList())
        {
            _alarms.Remove(task);
            asleep.Remove(task);
        }
    }

    private void Do(
        SimulatedTask task, ref TaskStep step, IReadOnlyList<SimulatedTask> tasks,
        HashSet<TaskId> asleep, HashSet<TaskId> gone)
    {
        switch (step.Kind)
        {
            case TaskStepKind.Allocate:
                Allocate(task, step.Request!, gone);
                break;
            case TaskStepKind.Free:
                Assert.True(_live.Remove(step.Block.Packed), $"{step.Block} is not live");
                FreePages += step.Block.Pages;
                if (step.Block.Order == 0) _freed.Push(step.Block.Frame);
                Frees++;
                break;
            case TaskStepKind.HandOver:
                asleep.Remove(step.Receiver);
                _alarms.Remove(step.Receiver);
                Assert.DoesNotContain(step.Receiver, gone);
                tasks[step.Receiver.Value].Received(task.Id, step.Blocks!);
                break;
            case TaskStepKind.Sleep:
                asleep.Add(task.Id);
                break;
            case TaskStepKind.SleepUntil:
                asleep.Add(task.Id);
                _alarms[task.Id] = step.WakeAt;
                break;
            case TaskStepKind.Exit:
                gone.Add(task.Id);
                break;
        }
    }

    private void Allocate(SimulatedTask task, AllocationRequest request, HashSet<TaskId> gone)
    {
        if (FreePages < Math.Max(request.Order.Pages.Value, request.IsHugePageFault ? SmallestFreeForHuge : 0))
        {
            task.Failed(new(request, Failure, []));
            if (Failure == FailureKind.NeedsReclaim) gone.Add(task.Id);
            return;
        }

        var frame = request.Order.Value == 0 && _freed.TryPop(out var freed) ? freed : _next;
        if (frame == _next) _next = (_next + request.Order.Pages.Value + 1023) / 1024 * 1024;
        FreePages -= request.Order.Pages.Value;
        var block = new LiveBlock(frame, request.Order.Value, 0);
        Assert.True(_live.Add(block.Packed));
        task.Allocated(block);
    }
}
