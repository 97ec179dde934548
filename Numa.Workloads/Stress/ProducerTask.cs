using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>Allocates batches and hands them to its consumer; waits while too many are under way.</summary>
/// <remarks>A batch with fewer blocks than agreed, even none, is the last. The producer ends when the consumer has
/// answered every batch. If the kernel ends it for want of memory, its consumer waits for ever.</remarks>
internal sealed class ProducerTask(
    TaskId id, string workload, CpuId cpu, AllocationRequest request, ThinkTime think,
    TaskId consumer, int batchBlocks, long batches, int backlog)
    : StressTask(id, workload, cpu)
{
    private readonly BlockQueue _batch = new();
    private ThinkTime _think = think;
    private long _batchesLeft = batches;
    private int _underWay;
    private bool _failed;

    public override IReadOnlyList<AllocationRequest> Requests => [request];

    public override long LivePages => _batch.Pages;

    public override void Next(ref TaskStep step)
    {
        step.Think = default;
        if (_batchesLeft == 0)
        {
            step.Kind = _underWay == 0 ? TaskStepKind.Exit : TaskStepKind.Sleep;
            return;
        }

        if (_batch.Count < batchBlocks && !_failed)
        {
            step.Allocate(request);
            step.Think = _think.Next();
            return;
        }

        if (_underWay >= backlog)
        {
            step.Kind = TaskStepKind.Sleep;
            return;
        }

        _underWay++;
        // A full batch is not known for the last: an empty one follows it.
        _batchesLeft = _failed && _batch.Count < batchBlocks ? 0 : _batchesLeft - 1;
        step.Kind = TaskStepKind.HandOver;
        step.Receiver = consumer;
        step.Blocks = _batch.RemoveAll();
    }

    public override void Allocated(LiveBlock block) => _batch.Add(block);

    public override bool Stop(VirtualInstant at)
    {
        _failed = true;
        return true;
    }

    public override void Failed(AllocationFailure failure) => _failed = true;

    /// <summary>The consumer has freed a batch.</summary>
    public override void Received(TaskId sender, LiveBlock[] blocks) => _underWay--;

    public override IEnumerable<LiveBlock> LiveBlocks() => _batch.Blocks();
}
