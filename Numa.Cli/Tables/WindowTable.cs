using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>The phases of a contention comparison, each with its own ratio of throughputs.</summary>
internal static class WindowTable
{
    public static void Write(Page page, ComparisonResult result)
    {
        if (result.Windows.IsEmpty) return;
        page.Line();
        var sheet = new Sheet(
        [
            "<window, pages/s", .. result.Arms.Select(arm => arm.Value), "ratio", "predicted", "ends at page",
            "predicted", "<basis",
        ]);
        foreach (var window in result.Windows)
        {
            var ratio = window.Ratio is { } value ? Figures.Fixed(value, 3) : "-";
            sheet.Row(
            [
                window.Phase,
                .. window.PerArm.Select(rate => (Cell)Figures.Fixed(rate, 0)),
                new Cell(window.Off ? ratio + " !" : ratio, window.Off),
                window is { PredictedLow: { } low, PredictedHigh: { } high }
                    ? $"{Figures.Fixed(low, 2)}..{Figures.Fixed(high, 2)}"
                    : "-",
                window.EndPage is { } end ? Figures.Count(end) : "end of run",
                window.PredictedEndPage is { } predicted ? Figures.Count(predicted) : "-",
                Figures.Basis(window.Basis),
            ]);
        }

        page.Draw(sheet);
    }
}
