namespace Numa.Benchmarks.Engine;

/// <summary>A figure that the engine has to reach, and what was measured of it.</summary>
/// <param name="Must">Below it (above it, where less is better) the engine fails.</param>
/// <param name="Values">One for each run.</param>
/// <param name="Unit">Behind each number; empty for ratios.</param>
internal sealed record Target(string Figure, double Must, double Aim, IReadOnlyList<double> Values, string Unit = "")
{
    public static string Header => "| figure | must | aim | measured | spread | by processor time | holds |\n"
        + "|---|--:|--:|--:|--:|--:|---|";

    /// <summary>Less is better.</summary>
    public bool IsCeiling => Aim < Must;

    /// <summary>The median ratio by processor time; null where the figure is no ratio of rates.</summary>
    public double? ByProcessorTime { get; init; }

    public double Median => Sample.Median(Values);

    public string Verdict => Reaches(Aim) ? "yes" : Reaches(Must) ? "must only" : "no";

    public static Target Ratio(string figure, double must, double aim, Match own, Match other) =>
        new(figure, must, aim, own.Against(other)) { ByProcessorTime = own.ProcessorTimeAgainst(other) };

    public string Row()
    {
        var sign = IsCeiling ? "≤" : "≥";
        var processor = ByProcessorTime is { } ratio ? Figures(ratio) : "";
        return $"| {Figure} | {sign} {Figures(Must)}{Unit} | {sign} {Figures(Aim)}{Unit} | {Figures(Median)}{Unit}"
            + $" | {Figures(Values.Min())}–{Figures(Values.Max())} | {processor} | {Verdict} |";
    }

    /// <summary>Two decimals count: a section's header is no reason to miss 8 bytes for each page.</summary>
    private bool Reaches(double bound)
    {
        var median = Math.Round(Median, 2);
        return IsCeiling ? median <= bound : median >= bound;
    }

    private static string Figures(double value) =>
        Benchmarks.Figure.Text(value, value >= 100 ? "0" : value >= 10 ? "0.#" : value >= 0.1 ? "0.##" : "0.###");
}
