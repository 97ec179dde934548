using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Reclaim;
using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>Gives a task's work a beginning, an end and repetitions, and an answer to want of memory.</summary>
/// <param name="make">Makes the work of a run, numbered from 0.</param>
internal sealed class ProgramTask(TaskId id, string workload, CpuId cpu, ProgramLife life, Func<int, StressTask> make)
    : StressTask(id, workload, cpu)
{
    private const int SharesToGiveBack = 10;

    private readonly Dictionary<string, long> _done = new(StringComparer.Ordinal);
    private StressTask _work = make(0);
    private Stage _stage;
    private int _run;
    private VirtualInstant _now;
    private VirtualInstant _wakeAt;
    private VirtualInstant _end = VirtualInstant.Never;
    private bool _isOver;

    // The allocation that is to be tried again, and what is to be freed before.
    private AllocationFailure? _again;
    private long _toGive;
    private bool _hasGiven;
    private bool _pauses;
    private long _patience = ProgramLife.MostTries;

    private long _skipped;
    private long _triedAgain;
    private long _given;

    private enum Stage
    {
        Starting,
        Waiting,
        Working,
        Holding,
        Freeing,
    }

    public override IReadOnlyList<AllocationRequest>? Requests => _work.Requests;

    public override bool IsOfUser => _work.IsOfUser;

    public override long LivePages => _work.LivePages;

    public override IReadOnlyList<TaskTally> Tallies
    {
        get
        {
            var all = new Dictionary<string, long>(_done, StringComparer.Ordinal);
            Add(all, _work.Tallies);
            Add(all, Own());
            return [.. all.Select(tally => new TaskTally(tally.Key, tally.Value))];
        }
    }

    private IEnumerable<TaskTally> Own()
    {
        if (life.Repeat > 1) yield return new("runs", _run + 1);
        if (life.OnFailure == OnFailure.Skip) yield return new("skipped", _skipped);
        if (life.OnFailure == OnFailure.Wait) yield return new("waits", _triedAgain);
        if (life.OnFailure != OnFailure.Shrink) yield break;
        yield return new("tried again", _triedAgain);
        yield return new("pages given back", _given);
    }

    public override void Next(ref TaskStep step)
    {
        _now = step.NotBefore;
        while (!TryStep(ref step, _now))
        {
        }
    }

    /// <returns>False when the stage is over without a step.</returns>
    private bool TryStep(ref TaskStep step, VirtualInstant now)
    {
        if (now < _wakeAt)
        {
            step.SleepUntil(_wakeAt);
            return true;
        }

        switch (_stage)
        {
            case Stage.Starting:
                _wakeAt = now + life.Start;
                _stage = Stage.Waiting;
                return false;
            case Stage.Waiting:
                if (life.Duration is { } duration) _end = now + duration;
                _stage = Stage.Working;
                return false;
            case Stage.Working:
                return TryWork(ref step, now);
            case Stage.Holding:
                var isLast = _run + 1 >= life.Repeat;
                if (isLast && life.Hold is null) return Exit(ref step);
                if (life.Hold is { } hold) _wakeAt = now + hold;
                _stage = Stage.Freeing;
                return false;
            default:
                if (AnonymousPages > 0) return Unmap(ref step);
                if (_work.TryGiveBack(out var block)) return Free(ref step, block);
                if (_run + 1 >= life.Repeat) return Exit(ref step);
                Add(_done, _work.Tallies);
                _work = make(++_run);
                (_isOver, _stage, _patience) = (false, Stage.Waiting, ProgramLife.MostTries);
                return false;
        }
    }

    private bool TryWork(ref TaskStep step, VirtualInstant now)
    {
        if (now >= _end && !_isOver)
        {
            _isOver = true;
            if (_again is { } failure) _work.Failed(failure);
            _again = null;
            if (!_work.Stop(_end)) _stage = Stage.Holding;
            return false;
        }

        if (_again is not null) return TryAgain(ref step, now);
        _work.Next(ref step);
        if (step.Kind == TaskStepKind.Exit)
        {
            _stage = Stage.Holding;
            return false;
        }

        if (_isOver || _end == VirtualInstant.Never) return true;
        // Whatever it waits for, it does not sleep through its end.
        if (step.Kind == TaskStepKind.SleepUntil) step.WakeAt = VirtualInstant.Min(step.WakeAt, _end);
        else if (step.Kind == TaskStepKind.Sleep) step.SleepUntil(_end);
        return true;
    }

    private bool TryAgain(ref TaskStep step, VirtualInstant now)
    {
        if (_pauses)
        {
            _pauses = false;
            _wakeAt = VirtualInstant.Min(now + ProgramLife.Backoff, _end);
            return false;
        }

        if (_toGive > 0 && _work.TryGiveBack(out var block))
        {
            _toGive -= block.Pages;
            _hasGiven = true;
            _given += block.Pages;
            return Free(ref step, block);
        }

        if (_toGive > 0 && !_hasGiven)
        {
            // It holds what it cannot part with, and asking again would change nothing.
            var failure = _again!;
            (_again, _toGive) = (null, 0);
            _work.Failed(failure);
            return false;
        }

        (_toGive, _hasGiven) = (0, false);
        step.Allocate(_again!.Request);
        step.Think = default;
        return true;
    }

    private static bool Free(ref TaskStep step, LiveBlock block)
    {
        (step.Kind, step.Block, step.Think) = (TaskStepKind.Free, block, default);
        return true;
    }

    private static bool Unmap(ref TaskStep step)
    {
        (step.Kind, step.Think) = (TaskStepKind.Unmap, default);
        return true;
    }

    private static bool Exit(ref TaskStep step)
    {
        (step.Kind, step.Think) = (TaskStepKind.Exit, default);
        return true;
    }

    public override void Allocated(LiveBlock block)
    {
        _again = null;
        _patience = ProgramLife.MostTries;
        _work.Allocated(block);
    }

    public override void AllocatedToLru(LruType type)
    {
        _again = null;
        _patience = ProgramLife.MostTries;
        base.AllocatedToLru(type);
        _work.AllocatedToLru(type);
    }

    public override void ForgetAnonymous()
    {
        base.ForgetAnonymous();
        _work.ForgetAnonymous();
    }

    public override void Failed(AllocationFailure failure)
    {
        switch (life.OnFailure)
        {
            // After the end of its work nobody waits.
            case OnFailure.Wait when _patience > 0 && !_isOver:
                (_again, _pauses) = (failure, true);
                _triedAgain++;
                _patience--;
                break;
            case OnFailure.Wait:
                EndWork();
                break;
            case OnFailure.Shrink when _work.LivePages > 0:
                _again = failure;
                _toGive = Math.Max(failure.Request.Order.Pages.Value, _work.LivePages / SharesToGiveBack);
                _triedAgain++;
                break;
            case OnFailure.Skip:
                _skipped++;
                _work.Skipped();
                break;
            case OnFailure.End:
                EndWork();
                break;
            default:
                _again = null;
                _work.Failed(failure);
                break;
        }
    }

    private void EndWork()
    {
        _again = null;
        (_isOver, _stage) = (true, _work.Stop(_now) ? Stage.Working : Stage.Holding);
    }

    public override void Received(TaskId sender, LiveBlock[] blocks) => _work.Received(sender, blocks);

    public override IEnumerable<LiveBlock> LiveBlocks() => _work.LiveBlocks();

    private static void Add(Dictionary<string, long> sums, IEnumerable<TaskTally> tallies)
    {
        foreach (var (name, count) in tallies) sums[name] = sums.GetValueOrDefault(name) + count;
    }
}
