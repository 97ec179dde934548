using Numa.Workloads.Experiments;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Keys of a study: a scenario that is held against what others measured.</summary>
public static class StudyKeys
{
    internal const string RangePattern = @"^[0-9]+(ns|us|ms)? *\.\. *[0-9]+(ns|us|ms)?$";

    private const string FigurePattern = @"[0-9]+(\.[0-9]+)?(e[0-9]+)? *(ns|us|ms|%|/s|x)?";

    internal const string PublishedPattern = $@"^{FigurePattern}( *\.\. *{FigurePattern})?$";

    public static KeyTable Within { get; } = new("within", "Largest errors that are not marked.",
    [
        new("fitted", Shape.Percent, "Of points in the fit set.") { Default = "2%" },
        new("predicted", Shape.Percent, "Of all others.") { Default = "25%" },
    ]);

    public static KeyTable Point { get; } = new("point", "A figure that was published, and how Numa makes it.",
    [
        new("name", Shape.Text, "What it is, for people.") { IsRequired = true },
        new("metric", Shape.Word(RunMetric.All.Select(metric => metric.Name)), "What is read from the run.")
        { IsRequired = true },
        new("set", new Shape.ByName("setting", Shape.Text), "Settings of its run, as with --set.")
        { LeftOut = "the scenario as it is" },
        new("published", new Shape.Form("a figure such as 94ns, 66%, 1e6/s or 27x, or 1.10x..1.18x", PublishedPattern)
            { IsMaybeNumber = true },
            "The figure, or the least and the most, in the metric's unit; a multiple where it is given against another"
            + " point.")
        { LeftOut = "Numa's figure stands alone" },
        new("fit", Shape.Word(["true", "false"]), "The constants were fitted on it.") { Default = "false" },
        new("against", Shape.Text, "Name of the point that this one is a multiple of."),
    ]);

    public static KeyTable Table { get; } = new("study", "What others measured, for numa study.",
    [
        new("measured", Shape.Text, "The machine and kernel that were measured. One study has one machine.")
        { IsRequired = true },
        new("source", Shape.Text, "Author, title, year, and where the figures stand.") { IsRequired = true },
        new("fit", new Shape.ByName("constant", new Shape.Form("a range such as 20..120", RangePattern)),
            "Constants that were fitted, costs.NAME or workloads.NAME.think, with the range to search.")
        { LeftOut = "nothing was fitted" },
        new("within", Shape.Mapping(Within), "Largest errors that are not marked.")
        { LeftOut = "fitted: 2%, predicted: 25%" },
        new("points", Shape.List(Shape.Mapping(Point)), "The published figures.") { IsRequired = true },
    ]);
}
