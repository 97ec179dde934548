using System.Collections.Immutable;
using Numa.Core.Text;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads what happens to the machine in mid-run:
/// <c>events: [{at: 20ms, set: {vm.min_free_kbytes: 90112}}]</c>.</summary>
internal static class EventReader
{
    internal static ImmutableArray<ScenarioEvent> Read(
        Fields scenario, ImmutableArray<Workload> workloads, ProblemList problems)
    {
        var items = scenario.Sequence("events");
        if (items.Length > ScenarioKeys.MostItems)
        {
            problems.Add(scenario.PlaceOf("events"), ProblemCodes.Limit,
                $"{items.Length} events; at most {ScenarioKeys.MostItems} are run");
            return [];
        }

        // The sort is stable: of the same instant, what is written first comes first.
        return
        [
            .. items.SelectMany(item => Event(item, scenario, workloads, problems))
                .OrderBy(happening => happening.At?.Nanoseconds ?? long.MaxValue),
        ];
    }

    private static IEnumerable<ScenarioEvent> Event(
        YamlValue item, Fields scenario, ImmutableArray<Workload> workloads, ProblemList problems)
    {
        if (scenario.Mapping(item, "an event") is not { } mapping) return [];
        var fields = new Fields(mapping, "an event", EventKeys.Table, problems);
        var actions = Vocabulary.Actions.Where(fields.Has).ToList();
        var (at, after) = When(fields, workloads, problems);
        if (actions.Count != 1 || fields.Mapping(fields.Value(actions[0]), actions[0]) is not { } action) return [];
        if (actions[0] != "set")
        {
            return MemoryEventReader.Read(actions[0], action, problems) is { } memory
                ? [new(at, after, null, new(memory, action.At))]
                : [];
        }

        if (action.Entries.IsEmpty)
            problems.Add(action.At, ProblemCodes.MissingKey, "the event sets nothing");
        return WrittenSysctl.Read(action, fields, Sysctl.Names, problems)
            .Select(write => new ScenarioEvent(at, after, write, null));
    }

    /// <summary>An instant, or how far a workload has come.</summary>
    private static (VirtualDuration? At, WorkloadProgress? After) When(
        Fields fields, ImmutableArray<Workload> workloads, ProblemList problems)
    {
        if (!fields.Has("after")) return (fields.Duration("at") ?? VirtualDuration.Zero, null);
        if (fields.Mapping(fields.Value("after"), "after") is not { } mapping) return default;
        var after = new Fields(mapping, "after", EventKeys.Progress, problems);
        var operations = after.NumberOrDefault("operations");
        if (after.Text("workload") is not { } name) return default;
        var names = workloads.Select(workload => workload.Name).ToList();
        if (names.Contains(name.Value)) return (null, new(name, operations));
        problems.Add(name.At, ProblemCodes.Order, $"an event waits for '{YamlScalar.Short(name.Value)}', which is no"
            + $" workload{NearestName.Hint(name.Value, names)}");
        return default;
    }
}
