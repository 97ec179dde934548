using Numa.Core.Addressing;
using Numa.Core.Allocation;

namespace Numa.Core.Processes;

/// <summary>A task that never leaves the kernel: kswapd or kcompactd of a node.</summary>
/// <remarks>It takes its turns on its CPU like any task, and what it frees lands in that CPU's pagesets.</remarks>
internal sealed class KernelThread(TaskId id, string name, NodeId node, int cpu)
    : SimulatedTask(id, $"{name}{node}", new(cpu))
{
    public NodeId Node { get; } = node;

    /// <summary>Largest order that a wake-up asked for since it last looked.</summary>
    public int Order { get; set; }

    /// <summary>Highest zone that a wake-up asked for; −1 for none.</summary>
    public int HighestZone { get; set; } = -1;

    /// <summary>Order for which it last reclaimed: 0 when it gave up on larger blocks.</summary>
    public int Reclaimed { get; set; }

    public bool IsAwake { get; set; }

    /// <summary>Direct reclaimers that wait until it has freed something: their CPU and task.</summary>
    public List<(int Cpu, TaskId Task)> Throttled { get; } = [];

    public override long LivePages => 0;

    public override void Next(ref TaskStep step) =>
        throw new Diagnostics.InvariantBreachException("a kernel thread has no program");

    public override void Allocated(LiveBlock block) =>
        throw new Diagnostics.InvariantBreachException("a kernel thread allocates nothing");

    public override IEnumerable<LiveBlock> LiveBlocks() => [];
}
