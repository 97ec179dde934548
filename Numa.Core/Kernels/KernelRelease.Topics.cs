using System.Collections.Immutable;

namespace Numa.Core.Kernels;

/// <remarks>What releases do otherwise, in words.</remarks>
public sealed partial record KernelRelease
{
    private static readonly ImmutableArray<(string Topic, Func<KernelRelease, string> Rule)> Topics =
    [
        ("zones of a node", release => release.FairZonePolicy ? "fair zone policy: in turn" : "one after the other"),
        ("zones found full", release => release.ZonelistCache ? "skipped for a second" : "tried again"),
        ("gaps of the marks", release => release.Watermarks == WatermarkSpacing.QuarterOfMin
            ? "a quarter of min" : "watermark_scale_factor"),
        ("min_free_kbytes by itself", release => $"up to {release.MinFreeCapKiB / 1024} MiB"),
        ("reserves read by", release => release.ReserveIndex == ReserveIndexRule.PreferredZone
            ? "the preferred zone" : "the highest zone permitted"),
        ("pagesets hold", release => release.Pagesets == PagesetShape.OrderZero
            ? "order 0" : "orders 0 to 3 and 9"),
        ("size of pagesets", release => release.PagesetSizing switch
        {
            PagesetSizingRule.SixBatches => "6 batches",
            PagesetSizingRule.LowMarkPerCpu => "low mark by CPUs",
            _ => "tuned as they run",
        }),
        ("pages of another migratetype", release => release.Fallback switch
        {
            MigratetypeFallbackRule.StealLargest => "largest block",
            MigratetypeFallbackRule.StealThenRetry => "largest or smallest block",
            _ => "whole pageblock, else smallest block",
        }),
        ("mixing of migratetypes", release => release.AvoidsFragmentation
            ? "avoided, marks boosted" : "as it comes"),
        ("urgent requests below min", release => release.ReserveFlags == ReserveFlagRule.HighAndHarder
            ? "any that cannot wait" : "those with GFP_HIGH"),
        ("LRU lists by", release => release.LruPerNode ? "node" : "zone"),
        ("compaction", release => release.Compaction switch
        {
            CompactionRule.None => "none",
            CompactionRule.BeforeReclaim => "before reclaim",
            _ => "after reclaim",
        }),
        ("kernel stacks", release => $"order {release.StackOrder.Value}"),
        ("nodes without memory", release => release.MemorylessNodesComeOnline ? "online" : "their CPUs move"),
    ];

    /// <summary>What a run's placement and waits may show of it: each topic in which releases differ, with the rule of
    /// each, in their order.</summary>
    /// <returns>For example <c>zones of a node (fair zone policy: in turn in 4.4, one after the other in 6.1)</c>;
    /// nothing of releases that agree.</returns>
    public static ImmutableArray<string> Differences(IReadOnlyCollection<KernelRelease> releases) =>
    [
        .. from topic in Topics
           let rules = releases.GroupBy(topic.Rule, release => release.Name).ToList()
           where rules.Count > 1
           select $"{topic.Topic} ("
               + string.Join(", ", rules.Select(rule => $"{rule.Key} in {string.Join(" and ", rule)}")) + ")",
    ];
}
