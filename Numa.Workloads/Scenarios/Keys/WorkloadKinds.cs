using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Every kind of workload, one entry each. A new kind is a new entry, a record and a reader of it.</summary>
public static class WorkloadKinds
{
    internal const string RoundFigure = "round figure";

    /// <summary>What a database takes for its buffers.</summary>
    internal const string BufferPool =
        "PostgreSQL's documentation of shared_buffers: a quarter of the memory to begin with";

    internal const string NapiWeight = "NAPI_POLL_WEIGHT, Linux include/linux/netdevice.h";

    /// <summary>Whether one task touches everything.</summary>
    public static IReadOnlyDictionary<string, bool> Initialisers { get; } =
        new Dictionary<string, bool> { ["all"] = false, ["one"] = true };

    public static IReadOnlyDictionary<string, StormRelease> StormReleases { get; } =
        new Dictionary<string, StormRelease> { ["all"] = StormRelease.All, ["oldest"] = StormRelease.Oldest };

    public static IReadOnlyDictionary<string, ToggleMix> ToggleMixes { get; } = new Dictionary<string, ToggleMix>
    {
        ["order0"] = ToggleMix.Order0, ["mixed"] = ToggleMix.Mixed, ["bulk"] = ToggleMix.Bulk,
    };

    public static ImmutableArray<string> LruWords { get; } = ["none", "anonymous", "file"];

    private static readonly Key Lru = new("lru", Shape.Word(LruWords),
        "List that its pages go to, from where reclaim may take them; none: memory that stays. Order 0 only.")
    { Default = "none", Source = "docs/reclaim-model.md" };

    public static ImmutableArray<WorkloadKind> All { get; } =
    [
        new(FillWorkload.Kind, "Allocates and keeps, until it has its fill or an allocation fails.",
            GfpFlags.GfpHighUserMovable, ThinkTime.Fault, "docs/cost-model.md, fitted",
            [
                new("size", WorkloadKeys.SizeShareOrUnlimited, "Memory of all tasks together, or a share of the "
                    + "machine's; unlimited: until an allocation fails.")
                { Default = "25%", Source = BufferPool },
                new("pages", WorkloadKeys.Count, "The same as a number of pages of 4 KiB.")
                { LeftOut = "size says it" },
                new("by", Shape.Word(Initialisers.Keys), "Who touches it: all of its CPUs, each its part, or one, the "
                    + "first of them.") { Default = "all" },
                Lru,
            ])
        {
            Choices = [new(["size", "pages"]) { IsOptional = true }],
        },
        new(FillWorkload.DeviceKind, "A driver that allocates and keeps: a fill that needs memory below 4 GiB.",
            GfpFlags.Dma32, ThinkTime.Driver, RoundFigure,
            [
                new("count", WorkloadKeys.CountOrUnlimited, "Blocks of all tasks together.")
                { Default = WorkloadKeys.UnlimitedWord, LeftOut = "until an allocation fails" },
            ]),
        new(StormWorkload.Kind, "Page faults: fills a working set, frees it, again.",
            GfpFlags.GfpHighUserMovable, ThinkTime.Fault, "docs/cost-model.md, fitted",
            [
                new("workingSet", WorkloadKeys.SizeOrUnlimited,
                    "Memory that each task holds at most; unlimited: it frees nothing.")
                { LeftOut = "1024 blocks, 4 MiB of order 0" },
                new("release", Shape.Word(StormReleases.Keys),
                    "What is freed when the working set is full: all, as munmap does, or the oldest block.")
                { Default = "all" },
                new("operations", WorkloadKeys.CountOrUnlimited,
                    "Allocations and frees of each task; unlimited: until the scenario's duration is over.")
                {
                    Default = "65536", LeftOut = "65536, or unlimited where it has a duration",
                    Source = "page faults and frees of one pass of will-it-scale page_fault1 over its 128 MiB",
                },
                Lru,
            ]),
        new(ProducerConsumerWorkload.Kind, "Allocates batches of blocks that a task on another CPU frees.",
            GfpFlags.GfpKernel, ThinkTime.Packet, RoundFigure,
            [
                new("consumers", Shape.Cpus, "CPUs of the consumers, one for each producer.")
                { LeftOut = WorkloadKeys.Elsewhere },
                new("batch", Shape.Whole(1, 65_536), "Blocks that are handed over at a time.")
                { Default = "64", Source = NapiWeight },
                new("batches", WorkloadKeys.Count, "Batches of each producer.")
                { Default = "1000", Source = RoundFigure },
                new("backlog", Shape.Whole(1, 65_536), "Batches under way before a producer waits for its consumer.")
                { Default = "8", Source = RoundFigure },
            ]),
        new(ToggleWorkload.Kind, "Random slots: frees a used one, fills an empty one.",
            GfpFlags.GfpHighUserMovable, ThinkTime.None, "the allocator alone is measured",
            [
                new("slots", Shape.Whole(1, 1 << 22), "Slots of each task.")
                { Default = "1024", Source = RoundFigure },
                new("mix", Shape.Word(ToggleMixes.Keys),
                    "order0: blocks of the workload's order; mixed: orders 0 to 9, most of 0; bulk: all slots are "
                    + "filled, then freed.") { Default = "order0" },
                new("operations", WorkloadKeys.Count, "Allocations and frees of each task.")
                { Default = "100000", Source = RoundFigure },
            ]),
        .. StressKinds.All,
    ];

    public static ImmutableArray<string> Names { get; } =
        [.. All.Select(kind => kind.Name).Order(StringComparer.Ordinal)];

    /// <summary>The kind of this name; null when there is none.</summary>
    public static WorkloadKind? Find(string? name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>Keys of a workload of this kind; for an unknown kind those of all, none of them needed.</summary>
    public static KeyTable TableOf(string? kind) => Find(kind) is { } known
        ? known.Table with { Foreign = KeysOfOthers(known) }
        : WorkloadKeys.Common.With(All.SelectMany(each => each.Own).DistinctBy(key => key.Name)
            .Select(key => key with { IsRequired = false }));

    /// <summary>Kinds that have this key of their own, joined by "and"; empty where none has.</summary>
    internal static string WithKey(string key) => Choice.Joined(
        [.. All.Where(kind => kind.Own.Any(own => own.Name == key)).Select(kind => kind.Name)]);

    private static ImmutableDictionary<string, string> KeysOfOthers(WorkloadKind kind) => All
        .SelectMany(other => other.Own).Select(key => key.Name).Distinct().Except(kind.Own.Select(key => key.Name))
        .ToImmutableDictionary(key => key, key => $"a key of {WithKey(key)}, not of {kind.Name}, which has "
            + Choice.Joined([.. kind.Own.Select(own => own.Name)]));
}
