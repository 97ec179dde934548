using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Touches its memory from one huge page to the next, and keeps it. Where a huge page fails, the page table
/// that the fault makes covers the rest, so that the other faults are for single pages.</summary>
/// <param name="hugePages">To be touched.</param>
internal sealed class HugePageTask(
    TaskId id, string workload, CpuId cpu, HugePageWorkload faults, long hugePages, ThinkTime think)
    : StressTask(id, workload, cpu)
{
    private readonly AllocationRequest _huge = faults.HugeRequest;
    private readonly AllocationRequest _single = faults.Basis.Request;
    private readonly LiveBlockList _hugeBlocks = new();
    private readonly LiveBlockList _singleBlocks = new();
    private ThinkTime _think = think;
    private long _hugeLeft = hugePages;
    private int _singlesLeft;
    private bool _asksHuge;
    private bool _isShort;
    private long _hugeFaults;
    private long _fallbacks;
    private long _singleFaults;

    public override IReadOnlyList<AllocationRequest> Requests => [_single, _huge];

    public override long LivePages => _hugeBlocks.Pages + _singleBlocks.Pages;

    public override IReadOnlyList<TaskTally> Tallies =>
    [
        new("huge pages", _hugeFaults), new("fallbacks to single pages", _fallbacks),
        new("single pages", _singleFaults),
    ];

    public override void Next(ref TaskStep step)
    {
        _asksHuge = false;
        if (_isShort || (_hugeLeft == 0 && _singlesLeft == 0))
        {
            step.Kind = TaskStepKind.Exit;
            step.Think = default;
            return;
        }

        step.Think = _think.Next();
        if (_singlesLeft == 0)
        {
            _hugeLeft--;
            _asksHuge = faults.IsEnabled;
            if (!_asksHuge) _singlesLeft = 1 << Order.Pageblock;
        }

        if (!_asksHuge) _singlesLeft--;
        step.Allocate(_asksHuge ? _huge : _single);
    }

    public override void Allocated(LiveBlock block)
    {
        if (_asksHuge)
        {
            _hugeFaults++;
            _hugeBlocks.Add(block);
            return;
        }

        _singleFaults++;
        _singleBlocks.Add(block);
    }

    public override void Failed(AllocationFailure failure)
    {
        if (_asksHuge) FallBack();
        else _isShort = true;
    }

    public override void Skipped()
    {
        if (_asksHuge) FallBack();
    }

    private void FallBack()
    {
        _fallbacks++;
        _singlesLeft = 1 << Order.Pageblock;
    }

    public override bool TryGiveBack(out LiveBlock block)
    {
        var list = _singleBlocks.Count > 0 ? _singleBlocks : _hugeBlocks;
        block = default;
        if (list.Count == 0) return false;
        block = list.RemoveLast();
        return true;
    }

    public override IEnumerable<LiveBlock> LiveBlocks() => _hugeBlocks.Blocks().Concat(_singleBlocks.Blocks());
}
