using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Page-fault storm: fills a working set, frees it, again. At its end it frees what it holds.</summary>
/// <remarks>Frees in the order of allocation, as munmap walks the addresses upwards.</remarks>
/// <param name="workingSet">Blocks held at most; null: nothing is freed before the end, nor at it.</param>
/// <param name="operations">Allocations and frees before the end; null: no end.</param>
internal sealed class StormTask(
    TaskId id, string workload, CpuId cpu, AllocationRequest request, ThinkTime think,
    int workingSet, StormRelease release, long? operations)
    : StressTask(id, workload, cpu)
{
    private readonly BlockQueue _held = new();
    private long _operations = operations ?? long.MaxValue;
    private ThinkTime _think = think;
    private long _done;
    private bool _freeing;

    public override IReadOnlyList<AllocationRequest> Requests => [request];

    public override long LivePages => _held.Pages;

    /// <summary>Blocks that it holds, on LRU lists or not.</summary>
    private long Mapped => _held.Count + AnonymousPages;

    public override void Next(ref TaskStep step)
    {
        var ending = _done >= _operations;
        if (ending && Mapped == 0)
        {
            step.Kind = TaskStepKind.Exit;
            step.Think = default;
            return;
        }

        if (Mapped == 0) _freeing = false;
        else if (Mapped >= workingSet) _freeing = true;

        if ((ending || _freeing) && AnonymousPages > 0)
        {
            _done += AnonymousPages;
            step.Kind = TaskStepKind.Unmap;
            step.Think = default;
            return;
        }

        _done++;
        if (ending || _freeing)
        {
            step.Kind = TaskStepKind.Free;
            step.Block = _held.RemoveFirst();
            // What unmapping takes is part of the fault's think time, as it was measured.
            step.Think = default;
            if (release == StormRelease.Oldest) _freeing = false;
            return;
        }

        step.Allocate(request);
        step.Think = _think.Next();
    }

    public override void Allocated(LiveBlock block) => _held.Add(block);

    /// <summary>Memory ran out: free what is held and start over, as a program does that survives.</summary>
    public override void Failed(AllocationFailure failure) => _freeing = Mapped > 0;

    public override bool Stop(VirtualInstant at)
    {
        _operations = _done;
        return true;
    }

    public override bool TryGiveBack(out LiveBlock block)
    {
        block = default;
        if (_held.Count == 0) return false;
        block = _held.RemoveFirst();
        return true;
    }

    public override IEnumerable<LiveBlock> LiveBlocks() => _held.Blocks();
}
