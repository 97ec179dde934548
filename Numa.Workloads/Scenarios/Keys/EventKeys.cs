using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Hotplug;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Keys of what happens to the machine while a scenario runs.</summary>
public static class EventKeys
{
    public static IReadOnlyDictionary<string, OnlineType> OnlineTypes { get; } = new Dictionary<string, OnlineType>
    {
        ["default"] = OnlineType.Default, ["kernel"] = OnlineType.Kernel, ["movable"] = OnlineType.Movable,
    };

    /// <summary>How far a workload has come.</summary>
    public static KeyTable Progress { get; } = new("progress", "How far the first task of a workload has come.",
    [
        new("workload", Shape.Text, "Name of the workload.") { IsRequired = true },
        new("operations", Shape.Whole(0, long.MaxValue), "Allocations and frees that its first task has done.")
        { IsRequired = true },
    ]);

    private static readonly ImmutableArray<Key> Range =
    [
        new("start", Shape.Size, "First address: a multiple of 128 MiB.") { IsRequired = true },
        new("size", Shape.Size, "Length: a multiple of 128 MiB.") { IsRequired = true },
    ];

    public static KeyTable HotAdd { get; } = new("hotAdd", "Memory that is plugged in, offline.",
    [
        new("node", Shape.Whole(0, NodeId.MaxCount - 1), "Node that gets the memory.") { IsRequired = true },
        .. Range,
    ]);

    public static KeyTable Online { get; } = new("online", "Memory blocks that go online, from the lowest up.",
    [
        new("type", Shape.Word(OnlineTypes.Keys), "Zone that they go to; default: as the kernel chooses.")
        { Default = "default", Source = "Linux Documentation/admin-guide/mm/memory-hotplug.rst" },
        .. Range,
    ]);

    public static KeyTable Offline { get; } =
        new("offline", "Memory blocks that go offline, from the highest down.", Range);

    public static KeyTable HotRemove { get; } = new("hotRemove", "Offline memory that is taken out.", Range);

    /// <summary>What an event may do; each does one of them.</summary>
    public static ImmutableArray<Key> Actions { get; } =
    [
        new("set", Shape.Mapping(SysctlKeys.WhileRunning), "Writes settings by their own names."),
        new("hotAdd", Shape.Mapping(HotAdd), "Plugs memory in, offline."),
        new("online", Shape.Mapping(Online), "Sets memory online."),
        new("offline", Shape.Mapping(Offline), "Sets memory offline."),
        new("hotRemove", Shape.Mapping(HotRemove), "Takes offline memory out."),
    ];

    public static KeyTable Table { get; } = new("event", "What happens to the machine, and when: one action.",
    [
        new("at", Shape.Duration, "Time from the start; under the wall clock, of the host."),
        new("after", Shape.Mapping(Progress), "How far a workload must have come, in place of an instant."),
        .. Actions,
    ])
    {
        Choices =
        [
            new(["at", "after"], ": at: 20ms, after: {workload: fill, operations: 1000}"),
            new([.. Actions.Select(action => action.Name)]),
        ],
    };

    /// <summary>Keys of what stands behind a key of an event: an action, or <c>after</c>.</summary>
    internal static KeyTable TableOf(string key) => ((Shape.KeyMapping)Table.Find(key)!.Shape).Table;
}
