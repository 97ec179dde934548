using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Constants of the cost model that a scenario replaces, by name.</summary>
/// <remarks>Unit: virtual nanoseconds, but for percentages.</remarks>
internal static class CostOverrides
{
    private static readonly ImmutableSortedDictionary<string, Func<CostModel, long, CostModel>> Names =
        new Dictionary<string, Func<CostModel, long, CostModel>>
        {
            ["pagesetHit"] = (costs, value) => costs with { PagesetHit = value },
            ["way"] = (costs, value) => costs with { Way = value },
            ["refusal"] = (costs, value) => costs with { Refusal = value },
            ["holdBase"] = (costs, value) => costs with { HoldBase = value },
            ["holdPerPage"] = (costs, value) => costs with { HoldPerPage = value },
            ["holdPerTail"] = (costs, value) => costs with { HoldPerTail = value },
            ["holdPerSplit"] = (costs, value) => costs with { HoldPerSplit = value },
            ["holdPerMerge"] = (costs, value) => costs with { HoldPerMerge = value },
            ["remotePagePercent"] = (costs, value) => costs with { RemotePagePercent = (int)value },
            ["handOver"] = (costs, value) => costs with { HandOver = value },
            ["zeroPerPage"] = (costs, value) => costs with { ZeroPerPage = value },
            ["copyPerPage"] = (costs, value) => costs with { CopyPerPage = value },
            ["lruHoldBase"] = (costs, value) => costs with { LruHoldBase = value },
            ["lruHoldPerPage"] = (costs, value) => costs with { LruHoldPerPage = value },
            ["writePerPage"] = (costs, value) => costs with { WritePerPage = value },
            ["signalLatency"] = (costs, value) => costs with { SignalLatency = value },
            ["perturbationPercent"] = (costs, value) => costs with { PerturbationPercent = value },
            ["slice"] = (costs, value) => costs with { Slice = value },
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    internal static IEnumerable<string> Keys => Names.Keys;

    /// <summary>Latencies that the rounds of virtual time rest on: below one tick nothing could be ordered.</summary>
    private static readonly ImmutableArray<string> AtLeastOne =
        ["way", "refusal", "holdBase", "lruHoldBase", "signalLatency", "slice"];

    /// <exception cref="InputException">A name is unknown, or a latency is below one tick.</exception>
    public static CostModel Apply(CostModel costs, ImmutableSortedDictionary<string, Located<long>> overrides)
    {
        var problems = new ProblemList();
        foreach (var (name, value) in overrides)
        {
            if (!Names.TryGetValue(name, out var replace))
            {
                problems.Add(value.At, ProblemCodes.UnknownKey,
                    $"no cost '{name}'{NearestName.Hint(name, [.. Names.Keys])}");
            }
            else if (value.Value < 1 && AtLeastOne.Contains(name))
            {
                problems.Add(value.At, ProblemCodes.Range, $"cost {name} is {value.Value}; expected at least 1 ns");
            }
            else
            {
                costs = replace(costs, value.Value);
            }
        }

        problems.ThrowIfAny();
        return costs;
    }
}
