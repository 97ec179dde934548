using System.Collections.Immutable;
using Numa.Core.Zones;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Keys of a scenario file.</summary>
public static class ScenarioKeys
{
    /// <summary>Longest list or mapping of a scenario.</summary>
    internal const int MostItems = 1000;

    public static IReadOnlyDictionary<string, SimulationClock> Clocks { get; } = new Dictionary<string, SimulationClock>
    {
        ["virtual"] = SimulationClock.Virtual, ["wall"] = SimulationClock.Wall,
    };

    public static IReadOnlyDictionary<string, WatermarkLevel> Marks { get; } = new Dictionary<string, WatermarkLevel>
    {
        ["min"] = WatermarkLevel.Min, ["low"] = WatermarkLevel.Low, ["high"] = WatermarkLevel.High,
    };

    public static KeyTable Occupation { get; } = new("occupied", "Pages taken from a zone before anything runs.",
    [
        new("zone", new Shape.Form("a zone such as \"0:Normal\"", $"^[0-9]+:({string.Join('|', Vocabulary.Zones)})$"),
            "Node and name of the zone, in quotes: \"0:Normal\".") { IsRequired = true },
        new("leave", Shape.Either(Shape.Word(Marks.Keys), Shape.Size, Shape.Whole(0, long.MaxValue)),
            "What is left free: a mark, a size, or a number of pages.") { IsRequired = true },
    ]);

    public static KeyTable Reclaim { get; } = new("reclaim", "What is assumed of pages that reclaim may take.",
    [
        new("hot", Shape.Percent, "Share of looks that find a page in use.")
        { Default = "0%", Source = "docs/reclaim-model.md" },
        new("dirty", Shape.Percent, "Share of file pages that must be written before they can be taken.")
        { Default = "0%", Source = "docs/reclaim-model.md" },
    ]);

    private static Shape Varied { get; } =
        new Shape.Form("a setting with its values, such as zonelistOrder=node,zone", "^[^=]+=.+$");

    public static KeyTable Compare { get; } = new("compare", "What numa compare varies.",
    [
        new("vary", Shape.Either(Varied, Shape.List(Varied)),
            "The setting and its values, separated by commas, or a range; a list of them makes a grid; in quotes within"
            + " braces.") { IsRequired = true },
    ]);

    public static KeyTable Table { get; } = new("scenario", "What to run: a machine, and the workloads on it.",
    [
        new(Key.Extends, Shape.Text,
            "Path of a scenario, from this file on, of which this one says the differences: mappings merge key by "
            + "key, lists and values replace, ~ takes a key away. name and about are not passed on."),
        new("name", Shape.Text, "Name in reports.") { LeftOut = "the name of the file" },
        new("about", Shape.Text, "A text for people."),
        new("machine", Shape.Either(Shape.Text, Shape.Mapping(MachineKeys.Table)),
            "Path of a machine file, of a saved /proc/zoneinfo or of a folder with a kernel's log, from this file on; "
            + "or a machine that is written here.") { IsRequired = true },
        .. BootKeyList.Keys,
        new("workloads", new Shape.ByName("workload", new Shape.Workload()) { Least = 1 },
            "What runs, by names of your own.")
        { IsRequired = true },
        new("seed", Shape.Whole(0, ulong.MaxValue), "Seed of everything random.") { Default = "1" },
        new("clock", Shape.Word(Clocks.Keys), "Deterministic virtual time, or the host's, which repeats nothing.")
        { Default = "virtual" },
        new("duration", Shape.Duration, "Virtual time after which no operation begins.")
        { LeftOut = "until all workloads have ended" },
        new("occupied", Shape.List(Shape.Mapping(Occupation)), "Pages taken from zones before anything runs.")
        { LeftOut = "all zones as boot leaves them" },
        new("events", Shape.List(Shape.Mapping(EventKeys.Table)), "What happens to the machine while it works.")
        { LeftOut = "nothing" },
        new("swap", Shape.Size, "Swap space for anonymous pages.") { Default = "0" },
        new("reclaim", Shape.Either(Shape.Word(["none"]), Shape.Mapping(Reclaim)),
            "What is assumed of pages that reclaim may take; none: an allocation that needs reclaim ends its task.")
        { LeftOut = "hot: 0%, dirty: 0%", Source = "docs/reclaim-model.md" },
        new("costs", Shape.Mapping(CostKeys.Table), "Constants of the cost model that are replaced.")
        { LeftOut = "the model's own" },
        new("compare", Shape.Mapping(Compare), "What numa compare varies when the command line says nothing."),
        new("study", Shape.Mapping(StudyKeys.Table), "Published figures that numa study holds the scenario against."),
    ]);
}
