using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios;

/// <summary>Slabs come and go: blocks of a few orders, each living for a while.</summary>
/// <param name="Orders">Share of each order among the allocations, in percent; 100 together.</param>
/// <param name="Reclaimable">Share of slabs that shrinkers can empty: dentries and inodes. Unit: percent.</param>
/// <param name="Lifetime">Unit: nanoseconds.</param>
/// <param name="Limit">Most slabs that a task holds; the one that would end first goes before its time.</param>
/// <param name="Operations">Allocations of each task; null: until its time is over.</param>
public sealed record SlabChurnWorkload(
    WorkloadBasis Basis, ImmutableSortedDictionary<Order, int> Orders, int Reclaimable, Distribution Lifetime,
    int Limit, long? Operations) : Workload(Basis)
{
    public const string Kind = "slab-churn";

    public override bool EndsByItself => Operations is not null;

    public override bool HasManyOrders => true;

    public override bool IsDrawn => true;

    public override bool GoesByTime => true;
}
