using Numa.Core.Addressing;
using Numa.Core.Allocation;

namespace Numa.Workloads.Stress;

/// <summary>Allocates and keeps. Ends when it has its fill, or at the first allocation that fails.</summary>
/// <param name="blocks">Blocks wanted; null: until an allocation fails.</param>
internal sealed class FillTask(
    TaskId id, string workload, CpuId cpu, AllocationRequest request, long? blocks, ThinkTime think)
    : StressTask(id, workload, cpu)
{
    private readonly LiveBlockList _held = new();
    private readonly long _wanted = blocks ?? long.MaxValue;
    private ThinkTime _think = think;
    private bool _failed;

    // Blocks that it was to have, and has not.
    private long _doneWithout;

    public override IReadOnlyList<AllocationRequest> Requests => [request];

    /// <summary>Those that went to an LRU list count as long as the task does not know better.</summary>
    public override long LivePages => _held.Pages;

    /// <summary>Blocks of order 0 that went to an LRU list.</summary>
    private long Listed => AnonymousPages + FilePages;

    public override void Next(ref TaskStep step)
    {
        if (_failed || _held.Count + Listed + _doneWithout >= _wanted)
        {
            step.Kind = TaskStepKind.Exit;
            step.Think = default;
            return;
        }

        step.Allocate(request);
        step.Think = _think.Next();
    }

    public override void Allocated(LiveBlock block) => _held.Add(block);

    public override void Failed(AllocationFailure failure) => _failed = true;

    public override void Skipped() => _doneWithout++;

    /// <summary>What is given back is not filled again.</summary>
    public override bool TryGiveBack(out LiveBlock block)
    {
        block = default;
        if (_held.Count == 0) return false;
        block = _held.RemoveLast();
        _doneWithout++;
        return true;
    }

    public override IEnumerable<LiveBlock> LiveBlocks() => _held.Blocks();
}
