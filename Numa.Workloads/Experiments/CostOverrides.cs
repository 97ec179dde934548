using System.Collections.Immutable;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Experiments;

/// <summary>Puts the constants that a scenario replaces into the cost model.</summary>
/// <remarks>Unit: nanoseconds, but for percentages. Names and bounds were checked when they were read.</remarks>
internal static class CostOverrides
{
    public static CostModel Apply(CostModel costs, ImmutableSortedDictionary<string, Located<long>> overrides) =>
        overrides.Aggregate(costs, (model, one) => CostKeys.Replace(model, one.Key, one.Value.Value));
}
