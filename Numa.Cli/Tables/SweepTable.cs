using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>How metrics answer to settings: findings, a row per combination, and a curve per metric.</summary>
internal static class SweepTable
{
    private const int BarWidth = 8;

    public static void Write(Page page, SweepResult result)
    {
        page.Title($"{result.Scenario} over {string.Join(" x ", result.Paths)}, {Figures.Count(result.Seeds, "seed")}"
            + " per row");
        foreach (var finding in SweepFindings.Of(result)) page.Sentence(finding);
        if (result.Missing > 0)
            page.Alarm($"  INCOMPLETE: {Figures.Count(result.Missing, "run")} of those asked for are missing");
        if (result.Clock != "virtual") page.Alarm("  wall clock: NOT REPRODUCIBLE");
        page.Line();
        // Two metrics abreast, so that few lines are wider than a page.
        foreach (var group in Enumerable.Range(0, result.Metrics.Length).Chunk(2))
            page.Draw(Sheet(page, result, group));
        page.Line("  means over seeds with half of their 95 % interval; bars from 0 to the largest of the column");
        if (result.Paths.Length > 1)
            page.Line($"  sentences are about {result.Paths[^1]}: put another --vary last to hear of it");
        foreach (var note in result.Notes) page.Line("  " + note);
        page.Line("  again: " + result.Command);
    }

    private static Sheet Sheet(Page page, SweepResult result, int[] metrics)
    {
        var sheet = new Sheet(
        [
            .. result.Paths.Select(path => "<" + path[(path.LastIndexOf('.') + 1)..]),
            .. metrics.SelectMany(metric => new[]
            {
                $"{result.Metrics[metric].Title}, {Figures.Basis(result.Metrics[metric].Basis)}", "<", "<",
            }),
        ]);
        foreach (var row in result.Rows)
        {
            sheet.Row(
            [
                .. row.Settings.Select(value => (Cell)value),
                .. metrics.SelectMany(metric => Cells(page, result, row, metric)),
            ]);
        }

        return sheet;
    }

    private static IEnumerable<Cell> Cells(Page page, SweepResult result, SweepRow row, int metric)
    {
        var (value, unit) = (row.Values[metric], result.Metrics[metric].Unit);
        yield return Figures.Metric(value.Mean, unit);
        var reach = value is { Low: { } low, High: { } high } ? (high - low) / 2 : 0;
        yield return reach == 0 ? "" : "+-" + Figures.Difference(reach, unit).TrimStart('+').Split(" /s")[0];
        var most = result.Rows.Max(other => other.Values[metric].Mean ?? 0);
        yield return "|" + Bar(value.Mean ?? 0, most, page.Rich) + "|";
    }

    private static string Bar(double value, double most, bool blocks)
    {
        var full = most <= 0 ? 0 : (int)Math.Round(Math.Max(0, value) / most * BarWidth);
        // Anything above zero shows.
        if (value > 0) full = Math.Max(1, full);
        return new string(blocks ? '█' : '#', full).PadRight(BarWidth);
    }
}
