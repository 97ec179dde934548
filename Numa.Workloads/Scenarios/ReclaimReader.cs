using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Reclaim;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads what a scenario assumes of pages that reclaim may take: <c>swap: 2GiB</c>,
/// <c>reclaim: {hot: 10%, dirty: 20%}</c>, and <c>lru: file</c> of a workload.</summary>
internal static class ReclaimReader
{
    private static readonly Dictionary<string, LruType?> Lists = new()
    {
        ["none"] = null, ["anonymous"] = LruType.Anonymous, ["file"] = LruType.File,
    };

    /// <returns>Null for <c>reclaim: none</c>: an allocation that could go on only by reclaim ends its task.</returns>
    internal static ReclaimSettings? Read(Fields scenario, ProblemList problems)
    {
        if (scenario.Value("reclaim") is YamlScalar word)
        {
            if (word.Text != "none")
            {
                problems.Add(word.At, ProblemCodes.Shape,
                    $"reclaim is {word.Shape}; expected none, or a mapping with "
                    + string.Join(" and ", Vocabulary.Reclaim));
            }

            return null;
        }

        var swap = scenario.Size("swap");
        var (hot, dirty) = (0, 0);
        if (scenario.Mapping(scenario.Value("reclaim"), "reclaim") is { } mapping)
        {
            var fields = new Fields(mapping, "reclaim", ScenarioKeys.Reclaim, problems);
            hot = fields.PercentOrDefault("hot");
            dirty = fields.PercentOrDefault("dirty");
        }

        return new(hot, dirty, swap?.Pages ?? PageCount.Zero);
    }

    /// <summary>The request with the list that its pages go to.</summary>
    internal static AllocationRequest WithList(AllocationRequest request, Fields workload, ProblemList problems)
    {
        if (workload.OneOf("lru") is not { } word || Lists[word] is not { } list) return request;
        if (request.Order.Value > 0)
        {
            problems.Add(workload.PlaceOf("lru"), ProblemCodes.Conflict,
                $"lru: {word} goes with order 0 only, not {request.Order}; larger blocks are on no list here");
        }

        return request with { Lru = list };
    }

    /// <summary>What lies on a list is reclaim's to take, so its task cannot free it.</summary>
    internal static void RequireKept(AllocationRequest request, long? workingSet, Fields workload, ProblemList problems)
    {
        if (request.Lru is not LruType.File || workingSet is null) return;
        problems.Add(workload.PlaceOf("lru"), ProblemCodes.Conflict,
            "lru: file goes with workingSet: unlimited only: pages of a file are not freed by their reader");
    }
}
