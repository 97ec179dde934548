using Numa.Workloads.Measurement;
using Numa.Workloads.Studies;

namespace Numa.Cli.Tables;

/// <summary>Published figures beside Numa's, the answer first.</summary>
internal static class StudyTable
{
    public static void Write(Page page, StudyResult result)
    {
        page.Title($"{result.Scenario} on {result.Machine}, kernel {result.Kernel}");
        foreach (var line in Answer(result)) page.Line(line);
        page.Line();
        page.Line($"  measured on  {result.Measured}");
        page.Line($"  source       {result.Source}");
        foreach (var constant in result.Constants)
        {
            page.Line($"  fitted       {constant.Path} = {constant.Value}"
                + (constant.FittedAnew is { } anew ? $", by a new search {anew}" : ""));
        }

        foreach (var constant in result.Given) page.Line($"  given        {constant.Path} = {constant.Value}");
        page.Line();
        var sheet = new Sheet("<", "published", "Numa", "off", "<");
        foreach (var point in result.Points)
        {
            sheet.Row(
                point.Name, Published(point), Text(point.Simulated, point.Unit),
                new(Error(point) + (point.IsOff ? " !" : ""), point.IsOff), Role(point));
        }

        page.Draw(sheet);
        if (result.Seeds > 1) page.Line($"  means of {result.Seeds} seeds");
        foreach (var note in result.Notes) page.Line("  note: " + note);
        page.Line("  MODEL: all other constants are the cost model's own (docs/studies.md, docs/cost-model.md)");
        if (result.IsOff) page.Alarm("  ! off the published figure by more than the study allows");
    }

    /// <summary>What the figures come to, in a sentence or two.</summary>
    internal static IEnumerable<string> Answer(StudyResult result)
    {
        var fitted = result.Points.Count(point => point.Role == StudyRole.Fitted);
        if (result.MeanError is not { } mean)
        {
            yield return $"Nothing is predicted: {Figures.Count(fitted, "figure")} fitted.";
            yield break;
        }

        var predicted = result.Predicted.ToList();
        var worst = predicted.MaxBy(point => Math.Abs(point.Error!.Value))!;
        var off = predicted.Count(point => point.IsOff);
        yield return $"{Figures.Count(result.Constants.Length, "constant")} fitted on"
            + $" {Figures.Count(fitted, "published figure")}: of {Figures.Count(predicted.Count, "prediction")}"
            + $" {(off == 0 ? "none" : Figures.Count(off))} {(off > 1 ? "are" : "is")} off by more than the"
            + $" {result.WithinPredicted} % allowed, {Figures.Percent(mean)} on average;";
        yield return $"the farthest off is {worst.Name}: {Text(worst.Simulated, worst.Unit)} for"
            + $" {Published(worst)} ({Error(worst)}).";
    }

    private static string Published(PointResult point) => point.Published switch
    {
        null => "-",
        { } one when one.Least == one.Most => Text(one.Least, point.Unit),
        { } range => $"{Text(range.Least, point.Unit)} to {Text(range.Most, point.Unit)}",
    };

    private static string Text(double? value, MetricUnit? unit) => (value, unit) switch
    {
        (null, _) => "-",
        ({ } multiple, null) => Figures.Fixed(multiple, 3) + " x",
        (_, { } known) => Figures.Metric(value, known),
    };

    private static string Error(PointResult point) => point.Error is { } error
        ? Figures.Fixed(error * 100, 1) is var text && error > 0 ? $"+{text} %" : $"{text} %"
        : "-";

    private static string Role(PointResult point) => point.Role switch
    {
        StudyRole.Fitted => "fitted",
        StudyRole.Follows => "follows from the fit",
        StudyRole.Predicted => "predicted",
        _ => "not published",
    };
}
