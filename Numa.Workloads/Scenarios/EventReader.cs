using System.Collections.Immutable;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads what a scenario writes in mid-run: <c>events: [{at: 20ms, set: {vm.min_free_kbytes: 90112}}]</c>.
/// </summary>
internal static class EventReader
{
    private const int MaxEvents = 1000;

    internal static ImmutableArray<ScenarioEvent> Read(Fields scenario, ProblemList problems)
    {
        var items = scenario.Sequence("events");
        if (items.Length > MaxEvents)
        {
            problems.Add(scenario.PlaceOf("events"), ProblemCodes.Limit,
                $"{items.Length} events; at most {MaxEvents} are run");
            return [];
        }

        // The sort is stable: of the same instant, what is written first comes first.
        return [.. items.SelectMany(item => Event(item, scenario, problems)).OrderBy(write => write.At.Nanoseconds)];
    }

    private static IEnumerable<ScenarioEvent> Event(YamlValue item, Fields scenario, ProblemList problems)
    {
        if (scenario.Mapping(item, "an event") is not { } mapping) return [];
        var fields = new Fields(mapping, "an event", Vocabulary.Event, problems);
        fields.Required("at");
        var at = fields.Duration("at") ?? VirtualDuration.Zero;
        if (fields.Mapping(fields.Required("set"), "set") is not { } set) return [];
        if (set.Entries.IsEmpty)
            problems.Add(set.At, ProblemCodes.MissingKey, "the event sets nothing");
        return WrittenSysctl.Read(set, fields, Sysctl.Names, problems).Select(write => new ScenarioEvent(at, write));
    }
}
