using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>A task of a workload: it can be told to end, and to do with less memory.</summary>
internal abstract class StressTask(TaskId id, string workload, CpuId cpu) : SimulatedTask(id, workload, cpu)
{
    /// <summary>Its memory is a user's, so that the OOM killer may choose it.</summary>
    public virtual bool IsOfUser => base.IsProgram;

    protected override bool IsProgram => IsOfUser;

    /// <summary>The time for its work is over.</summary>
    /// <param name="at">Since when; what was due until then counts as its work.</param>
    /// <returns>Whether it has something left to do, as at any other end.</returns>
    public virtual bool Stop(VirtualInstant at) => false;

    /// <summary>Takes a block off it, for the caller to free.</summary>
    /// <returns>False when it has none to give.</returns>
    public virtual bool TryGiveBack(out LiveBlock block)
    {
        block = default;
        return false;
    }

    /// <summary>An allocation failed and is given up: the task goes on as if that were nothing.</summary>
    public virtual void Skipped()
    {
    }
}
