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

    public override bool EndsByItself => Forks is not null;

    public override bool HasManyOrders => true;

    public override bool IsDrawn => true;

    public override bool GoesByTime => true;
}
