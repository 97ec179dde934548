using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios;

/// <summary>Processes that begin, live for a while, and leave all at once.</summary>
/// <param name="Pages">Anonymous pages of a child.</param>
/// <param name="PageTables">Pages of page tables of a child.</param>
/// <param name="Lifetime">From its last page fault to its exit. Unit: nanoseconds.</param>
/// <param name="Children">Most that live at a time on each CPU.</param>
/// <param name="Forks">On each CPU; null: until its time is over.</param>
public sealed record ForkStormWorkload(
    WorkloadBasis Basis, Distribution Pages, int PageTables, Distribution Lifetime, int Children, long? Forks)
    : Workload(Basis)
{
    public const string Kind = "fork-storm";

    /// <summary>Of a child's kernel stack; until the machine is known, that of the newest release.</summary>
    public Order StackOrder { get; init; } = KernelRelease.Known[^1].StackOrder;

    public override Workload On(MachineImage machine) => this with { StackOrder = machine.Release.StackOrder };

    public override bool EndsByItself => Forks is not null;

    public override bool HasManyOrders => true;

    public override bool IsDrawn => true;

    public override bool GoesByTime => true;
}
