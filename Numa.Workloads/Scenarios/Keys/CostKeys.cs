using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Time;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Constants of the cost model that a scenario may replace.</summary>
/// <remarks>Unit: virtual nanoseconds, but for percentages. What each rests on stands in docs/cost-model.md.</remarks>
public static class CostKeys
{
    private const decimal Most = 1_000_000_000;

    private static readonly ImmutableArray<Constant> Constants =
    [
        // Latencies that the rounds of virtual time rest on: below one tick nothing could be ordered.
        new("way", 1, "Reaching a zone's lock, or coming back, at distance 10. Unit: ns.",
            costs => costs.Way, (costs, value) => costs with { Way = value }),
        new("refusal", 1, "A check that fails, or a counter that is folded, without the lock. Unit: ns.",
            costs => costs.Refusal, (costs, value) => costs with { Refusal = value }),
        new("holdBase", 1, "Part of a lock hold that does not depend on the pages. Unit: ns.",
            costs => costs.HoldBase, (costs, value) => costs with { HoldBase = value }),
        new("lruHoldBase", 1, "Part of a hold of an LRU lock that does not depend on the pages. Unit: ns.",
            costs => costs.LruHoldBase, (costs, value) => costs with { LruHoldBase = value }),
        new("signalLatency", 1, "A signal to another CPU. Unit: ns.",
            costs => costs.SignalLatency, (costs, value) => costs with { SignalLatency = value }),
        new("slice", 1, "A task's turn while others are ready. Unit: ns.",
            costs => costs.Slice, (costs, value) => costs with { Slice = value }),
        new("pagesetHit", 0, "An allocation from, or a free to, the CPU's own list. Unit: ns.",
            costs => costs.PagesetHit, (costs, value) => costs with { PagesetHit = value }),
        new("holdPerPage", 0, "The struct page of one block under the lock, on the CPU's own node. Unit: ns.",
            costs => costs.HoldPerPage, (costs, value) => costs with { HoldPerPage = value }),
        new("holdPerTail", 0, "Checking one further struct page of a larger block under the lock. Unit: ns.",
            costs => costs.HoldPerTail, (costs, value) => costs with { HoldPerTail = value }),
        new("holdPerSplit", 0, "A split puts one more block on a list. Unit: ns.",
            costs => costs.HoldPerSplit, (costs, value) => costs with { HoldPerSplit = value }),
        new("holdPerMerge", 0, "A merge unlinks the buddy; a migratetype fallback moves a block. Unit: ns.",
            costs => costs.HoldPerMerge, (costs, value) => costs with { HoldPerMerge = value }),
        new("remotePagePercent", 0, "A struct page of another node, as a share of a local one. Unit: percent.",
            costs => costs.RemotePagePercent, (costs, value) => costs with { RemotePagePercent = (int)value }),
        new("handOver", 0, "The lock goes to the next waiter. Unit: ns.",
            costs => costs.HandOver, (costs, value) => costs with { HandOver = value }),
        new("zeroPerPage", 0, "Zeroing 4 KiB, at distance 10. Unit: ns.",
            costs => costs.ZeroPerPage, (costs, value) => costs with { ZeroPerPage = value }),
        new("copyPerPage", 0, "Compaction moves 4 KiB, at distance 10. Unit: ns.",
            costs => costs.CopyPerPage, (costs, value) => costs with { CopyPerPage = value }),
        new("lruHoldPerPage", 0, "Linking or unlinking one page under an LRU lock. Unit: ns.",
            costs => costs.LruHoldPerPage, (costs, value) => costs with { LruHoldPerPage = value }),
        new("writePerPage", 0, "The device writes one page to a file or to swap. Unit: ns.",
            costs => costs.WritePerPage, (costs, value) => costs with { WritePerPage = value }),
        new("perturbationPercent", 0, "Most that --schedule adds to a cost, as a share of it. Unit: percent.",
            costs => costs.PerturbationPercent, (costs, value) => costs with { PerturbationPercent = value }),
    ];

    public static KeyTable Table { get; } = new("costs", "Constants of the cost model that are replaced.",
    [
        .. Constants.OrderBy(constant => constant.Name, StringComparer.Ordinal).Select(constant =>
            new Key(constant.Name, Shape.Whole(constant.Least, Most), constant.About)
            {
                Default = constant.Read(CostModel.Default).ToString(CultureInfo.InvariantCulture),
                Source = "docs/cost-model.md",
            }),
    ]);

    /// <summary>The model with one constant replaced.</summary>
    internal static CostModel Replace(CostModel costs, string name, long value) =>
        Constants.First(constant => constant.Name == name).Write(costs, value);

    private sealed record Constant(
        string Name, long Least, string About, Func<CostModel, long> Read, Func<CostModel, long, CostModel> Write);
}
