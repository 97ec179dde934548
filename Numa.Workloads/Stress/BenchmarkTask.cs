using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Takes its part of the memory, then plays a pattern of the trio on it.</summary>
internal sealed class BenchmarkTask(
    TaskId id, string workload, CpuId cpu, AllocatorBenchmarkWorkload benchmark, long blocks, ThinkTime think,
    SeedTree seed) : StressTask(id, workload, cpu)
{
    private readonly AllocationRequest _request = benchmark.Basis.Request;
    private readonly BlockBag _held = new();
    private SeededRandom _random = seed.Child("blocks").Random();
    private readonly long _afterwards = benchmark.Operations ?? blocks;
    private ThinkTime _think = think;
    private bool _isFilling = true;

    // Of the filling, then of the pattern.
    private long _left = blocks;

    // Half of an operation is done: the block in hand is to be freed, or the hole to be filled.
    private bool _isHalfDone;

    public override IReadOnlyList<AllocationRequest> Requests => [_request];

    public override long LivePages => _held.Pages;

    public override void Next(ref TaskStep step)
    {
        if (_isFilling && _left == 0) BeginPattern();
        step.Think = _think.Next();
        if (_isFilling)
        {
            _left--;
            step.Allocate(_request);
            return;
        }

        switch (benchmark.Pattern)
        {
            case BenchmarkPattern.Bulk when _held.Count > 0:
                Free(ref step, _held.Count - 1);
                break;
            case BenchmarkPattern.Repeat when _isHalfDone:
                _isHalfDone = false;
                Free(ref step, _held.Count - 1);
                break;
            case BenchmarkPattern.Random when _isHalfDone:
                step.Allocate(_request);
                break;
            case BenchmarkPattern.Repeat when _left > 0:
                _left--;
                step.Allocate(_request);
                break;
            case BenchmarkPattern.Random when _left > 0 && _held.Count > 0:
                _left--;
                _isHalfDone = true;
                Free(ref step, (int)_random.NextBelow(_held.Count));
                break;
            default:
                step.Kind = TaskStepKind.Exit;
                step.Think = default;
                break;
        }
    }

    private void BeginPattern()
    {
        _isFilling = false;
        _left = _afterwards;
    }

    private void Free(ref TaskStep step, int number)
    {
        step.Kind = TaskStepKind.Free;
        step.Block = _held.RemoveAt(number);
    }

    public override void Allocated(LiveBlock block)
    {
        _held.Add(block);
        _isHalfDone = !_isFilling && benchmark.Pattern == BenchmarkPattern.Repeat;
    }

    /// <summary>Where the memory ends, so does the filling; later on the operation is left half done.</summary>
    public override void Failed(AllocationFailure failure)
    {
        if (_isFilling) _left = 0;
        _isHalfDone = false;
    }

    public override void Skipped() => _isHalfDone = false;

    public override bool Stop(VirtualInstant at)
    {
        if (_isFilling) BeginPattern();
        _left = 0;
        // What was taken is still given back; what was given back is not taken again.
        _isHalfDone &= benchmark.Pattern == BenchmarkPattern.Repeat;
        return true;
    }

    public override bool TryGiveBack(out LiveBlock block) => _held.TryRemoveLast(out block);

    public override IEnumerable<LiveBlock> LiveBlocks() => _held.Blocks();
}
