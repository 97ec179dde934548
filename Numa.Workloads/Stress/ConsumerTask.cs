using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Stress;

/// <summary>Frees what its producer hands over, on another CPU, and wakes the producer after each batch.</summary>
internal sealed class ConsumerTask(
    TaskId id, string workload, CpuId cpu, ThinkTime think, TaskId producer, int batchBlocks, long batches)
    : StressTask(id, workload, cpu)
{
    private readonly BlockQueue _blocks = new();
    private readonly Queue<int> _batchSizes = new();
    private ThinkTime _think = think;
    private long _batchesLeft = batches;
    private bool _lastSeen;

    /// <summary>Blocks left in the batch being freed; the batch is open until its producer was woken.</summary>
    private int _left;
    private bool _open;

    public override IReadOnlyList<AllocationRequest> Requests => [];

    public override long LivePages => _blocks.Pages;

    public override void Next(ref TaskStep step)
    {
        step.Think = default;
        if (!_open && !_batchSizes.TryDequeue(out _left))
        {
            step.Kind = _batchesLeft == 0 || _lastSeen ? TaskStepKind.Exit : TaskStepKind.Sleep;
            return;
        }

        _open = _left > 0;
        if (!_open)
        {
            step.Kind = TaskStepKind.HandOver;
            step.Receiver = producer;
            step.Blocks = [];
            return;
        }

        _left--;
        step.Kind = TaskStepKind.Free;
        step.Block = _blocks.RemoveFirst();
        step.Think = _think.Next();
    }

    public override void Received(TaskId sender, LiveBlock[] blocks)
    {
        foreach (var block in blocks) _blocks.Add(block);
        _batchSizes.Enqueue(blocks.Length);
        _batchesLeft--;
        _lastSeen |= blocks.Length < batchBlocks;
    }

    public override void Allocated(LiveBlock block) =>
        throw new InvariantBreachException($"consumer {Id} allocates nothing");

    public override IEnumerable<LiveBlock> LiveBlocks() => _blocks.Blocks();
}
