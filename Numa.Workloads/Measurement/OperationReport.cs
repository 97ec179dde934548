using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Hotplug;
using Numa.Core.Processes;
using Numa.Core.Zones;

namespace Numa.Workloads.Measurement;

/// <summary>Reads what operations on a running machine came to.</summary>
internal static class OperationReport
{
    /// <summary>Those that began, in that order, then those that never did.</summary>
    public static ImmutableArray<EventResult> Of(MachineOperator carried)
    {
        var begun = carried.Results.Select(result => result.Number).ToHashSet();
        var rest = Enumerable.Range(0, carried.Operations.Length).Where(number => !begun.Contains(number));
        return
        [
            .. carried.Results.Select(result => Event(result, carried.Operations[result.Number])),
            .. rest.Select(number => NeverBegun(carried.Operations[number])),
        ];
    }

    private static EventResult Event(OperationResult result, PlannedOperation planned)
    {
        var (name, words) = Words(planned);
        return new(result.Began.Nanoseconds, name, words, result.ReadsBack ?? "", result.Ended is not null,
            result.Rebuilds > 0, WalkChange.Between(result.Before.Zonelists, result.After.Zonelists), [], [])
        {
            Memory = new([.. result.Refusals], result.Blocks, result.Pages.Value, result.Rebuilds,
                result.Ended?.Nanoseconds, result.Before.MinFreeKbytes, result.After.MinFreeKbytes,
                Changes(result.Before, result.After)),
        };
    }

    private static EventResult NeverBegun(PlannedOperation planned)
    {
        var (name, words) = Words(planned);
        return new(planned.At?.Nanoseconds ?? 0, name, words, "", false, false, [], [], []);
    }

    private static (string Name, string Words) Words(PlannedOperation planned)
    {
        var (name, words) = planned.Operation switch
        {
            MachineOperation.Set set => (set.Write.Name, set.Write.Value),
            MachineOperation.Add add => ("hotAdd", $"{Text(add.Range)} on node {add.Node}"),
            MachineOperation.Online online => (
                "online",
                Text(online.Range) + (online.Type == OnlineType.Default ? "" : $" as {Word(online.Type)}")),
            MachineOperation.Offline offline => ("offline", Text(offline.Range)),
            MachineOperation.Remove remove => ("hotRemove", Text(remove.Range)),
            _ => ("", ""),
        };
        return (name, planned.At is null ? $"{words} (after {planned.Operations} operations)" : words);
    }

    private static string Word(OnlineType type) => type.ToString().ToLowerInvariant();

    private static string Text(PageRange range) =>
        $"{range.Pages.Bytes} at {new PageCount(range.Start.Value).Bytes}";

    private static ImmutableArray<ZoneChange> Changes(MachineImage before, MachineImage after) =>
    [
        .. before.Zones.Zip(after.Zones,
                (old, now) => new ZoneChange(now.Id.ToString(), Sizes(old), Sizes(now)))
            .Where(change => change.Before != change.After),
    ];

    private static ZoneSizes Sizes(ZoneImage zone) => new(zone.Spanned.Value, zone.Present.Value, zone.Managed.Value,
        zone.Tuning.Marks.Min.Value, zone.Tuning.Marks.Low.Value, zone.Tuning.Marks.High.Value);
}
