using Numa.Workloads.Studies;

namespace Numa.Cli.Exports;

/// <summary>A study's figures for programs.</summary>
internal static class StudyExport
{
    public static string Json(StudyResult result) => JsonExport.Text(new
    {
        Answer = string.Join(' ', Tables.StudyTable.Answer(result)),
        result.Scenario,
        result.About,
        result.Machine,
        result.Kernel,
        result.Measured,
        result.Source,
        result.Seeds,
        result.Constants,
        result.Given,
        result.WithinPredicted,
        result.Points,
        result.MeanError,
        result.IsOff,
        result.Notes,
    });

    /// <summary>One row per figure.</summary>
    public static string Csv(StudyResult result)
    {
        var csv = new CsvText().Row(
            "scenario", "measured", "point", "metric", "unit", "against", "role", "published", "publishedMost",
            "simulated", "error");
        foreach (var point in result.Points)
        {
            csv.Row(result.Scenario, result.Measured, point.Name, point.Metric,
                point.Unit is { } unit ? CsvExport.Word(unit) : "multiple", point.Against, CsvExport.Word(point.Role),
                point.Published?.Least, point.Published?.Most, point.Simulated, point.Error);
        }

        return csv.ToString();
    }
}
