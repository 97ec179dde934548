using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>The arms of a comparison beside each other, beside what arithmetic predicted.</summary>
internal static class ComparisonTable
{
    private const string ReachableName = "reachable difference";

    /// <summary>A longer name of an arm would leave no room for figures.</summary>
    private const int LongestHeading = 14;

    public static void Write(Page page, ComparisonResult result)
    {
        page.Title($"{result.Scenario} on {result.Machine}, {result.KernelLine}");
        foreach (var finding in ComparisonFindings.Of(result)) page.Sentence(finding);
        if (result.Missing > 0)
            page.Alarm($"  INCOMPLETE: {Figures.Count(result.Missing, "run")} of those asked for are missing");
        if (result.Counterfactual is { } what)
            page.Alarm("  " + RunHeader.Counterfactual(what));
        if (result.Clock != "virtual") page.Alarm("  wall clock: NOT REPRODUCIBLE");
        if (IsLettered(result))
        {
            for (var arm = 0; arm < result.Arms.Length; arm++)
                page.Line($"  {Heading(result, arm)}  {ComparisonFindings.Name(result, arm)}");
        }

        var label = result.Walks.Select(Name).Append(ReachableName).Max(name => name.Length);
        foreach (var walk in result.Walks) Walk(page, result, walk, label);
        Reachable(page, result, label);
        foreach (var arms in Abreast(result)) Metrics(page, result, arms);
        WindowTable.Write(page, result);
        Placement(page, result);
        Footer(page, result);
    }

    private static void Walk(Page page, ComparisonResult result, WalkResult walk, int label)
    {
        var name = Name(walk);
        if (walk.Same)
        {
            page.Line(Labelled(name, label, result.Arms.Length == 2 ? "the same in both" : "the same in all"));
            return;
        }

        var arms = walk.PerArm.Select((text, arm) => $"{Heading(result, arm)}: {text}").ToArray();
        var abreast = Labelled(name, label, string.Join("   ", arms));
        if (arms.Length > 0 && abreast.Length <= Page.Width)
        {
            page.Line(abreast);
            return;
        }

        if (arms.Length == 0) page.Line(Labelled(name, label, "differ as well"));
        for (var arm = 0; arm < arms.Length; arm++) page.Line(Labelled(arm == 0 ? name : "", label, arms[arm]));
    }

    private static void Reachable(Page page, ComparisonResult result, int label)
    {
        var name = ReachableName;
        foreach (var reachable in result.Reachable)
        {
            page.Line(Labelled(name, label, Text(reachable)));
            name = "";
        }
    }

    private static string Text(ReachableDifference reachable)
    {
        if (reachable.Impossible is { } inequality) return "none: " + inequality;
        var start = reachable.NotFreePages switch
        {
            0 => "",
            < 0 => $" + {-reachable.NotFreePages} freed uncounted",
            _ => $" - {reachable.NotFreePages} not free at start",
        };
        return $"{reachable.Zone} {reachable.ManagedPages} managed{start} - {reachable.ReservePages} reserve"
            + $" - {reachable.LowPages} low = {reachable.ResultPages} pages"
            + $" ({Figures.Mebibytes(reachable.ResultPages)})";
    }

    /// <summary>Arms that stand in one table: all, or the first and one other where lines would not fit.</summary>
    private static IEnumerable<int[]> Abreast(ComparisonResult result)
    {
        var later = Enumerable.Range(1, result.Arms.Length - 1).ToArray();
        return later.Length > 2 || (later.Length == 2 && HasIntervals(result))
            ? later.Select(arm => new[] { arm })
            : [later];
    }

    private static bool HasIntervals(ComparisonResult result) =>
        result.Metrics.Any(metric => metric.Differences.Any(difference => difference.Low is not null));

    /// <summary>Names of arms that would widen every column are given letters.</summary>
    private static bool IsLettered(ComparisonResult result) =>
        result.Arms.Any(arm => arm.Value.Length > LongestHeading);

    private static string Heading(ComparisonResult result, int arm) =>
        !IsLettered(result) ? result.Arms[arm].Value
        : (arm < 26 ? "" : ((char)('A' + arm / 26 - 1)).ToString()) + (char)('A' + arm % 26);

    private static void Metrics(Page page, ComparisonResult result, int[] later)
    {
        var differences = later.Length == 1
            ? ["difference", "predicted"]
            : later.SelectMany(arm => new[] { $"{Heading(result, arm)} - {Heading(result, 0)}", "predicted" });
        var basis = HasIntervals(result) ? "<basis [95 % interval] corrected p" : "<basis";
        var sheet = new Sheet(
            ["<", Heading(result, 0), .. later.Select(arm => Heading(result, arm)), .. differences, basis]);
        // The first sheet has every row; what is as in the first arm need not be read again.
        var rows = later[0] == 1
            ? result.Metrics.ToList()
            : [.. result.Metrics.Where(metric => later.Any(arm => metric.Values[arm].Mean != metric.Values[0].Mean))];
        if (rows.Count == 0)
        {
            page.Line($"  {Heading(result, later[0])}: every figure is that of {Heading(result, 0)}");
            return;
        }

        foreach (var metric in rows)
        {
            sheet.Row(
            [
                metric.Name,
                Figures.Metric(metric.Values[0].Mean, metric.Unit),
                .. later.Select(arm => (Cell)Figures.Metric(metric.Values[arm].Mean, metric.Unit)),
                .. later.SelectMany(arm => Difference(metric, metric.Differences[arm - 1])),
                Basis(metric, later, result.Clock),
            ]);
        }

        page.Draw(sheet);
        if (rows.Count < result.Metrics.Length)
            page.Line($"  {Heading(result, later[0])}: figures that are left out are those of {Heading(result, 0)}");
    }

    private static IEnumerable<Cell> Difference(MetricResult metric, DifferenceResult difference)
    {
        var text = Figures.Difference(difference.Difference, metric.Unit);
        yield return new(difference.Off ? text + " !" : text, difference.Off);
        yield return Figures.Difference(difference.Predicted, metric.Unit);
    }

    private static void Placement(Page page, ComparisonResult result)
    {
        if (result.Placement is not { } placement) return;
        if (placement.Pages == 0)
        {
            page.Line($"  pages whose zone differs  none of {Figures.Count(placement.TotalPages)}");
            return;
        }

        page.Line($"  pages whose zone differs  {Figures.Count(placement.Pages)} of "
            + $"{Figures.Count(placement.TotalPages)} ({Figures.Share(placement.Pages, placement.TotalPages)})"
            + (placement.FirstAllocation is { } first
                ? $", first at #{Figures.Count(first)} of {placement.Workload}" : "")
            + (placement.Task is { } task ? $", task {Figures.Count(task)}" : ""));
    }

    private static void Footer(Page page, ComparisonResult result)
    {
        var arms = result.Arms;
        var conserved = $"  conserved {string.Join('/', arms.Select(arm => Figures.YesNo(arm.Conserved)))}"
            + $"   hash {Hashes(result, arm => arm.Hash)}";
        if (result.Conserved) page.Line(conserved);
        else page.Alarm(conserved + " !");
        var placements = arms.Select(arm => arm.PlacementHash).Distinct().Count();
        page.Line($"  placement hash {Hashes(result, arm => arm.PlacementHash)}: "
            + (placements > 1 ? "different"
                : result.Placement is { Pages: > 0 } ? "what is left at the end is the same"
                : "every page ended where it did in the other arms"));
        page.Line("  again: " + result.Command);
        if (Models(result) is { } models) page.Line("  " + models);
        foreach (var note in result.Notes) page.Line("  " + note);
        if (result.IsOff) page.Alarm("  ! off its prediction by more than the tolerance");
    }

    private static string Hashes(ComparisonResult result, Func<ArmResult, string> hash) => string.Join(' ',
        result.Arms.Select((arm, number) => $"{Heading(result, number)} {Short(hash(arm))}"));

    /// <summary>What a row rests on; intervals stand here, where they widen no column of figures.</summary>
    private static string Basis(MetricResult metric, int[] later, string clock)
    {
        var inferred = string.Concat(later.Select(arm => Inferred(metric.Differences[arm - 1])));
        // Under the wall clock nothing is exact and nothing rests on the cost model: it is what happened once.
        if (clock != "virtual") return "measured" + inferred;
        // What a model's interval rests on is said once, below.
        var note = metric.BasisNote.Length == 0 || (metric.Basis == MetricBasis.Model && inferred.Length > 0)
            ? ""
            : ", " + metric.BasisNote;
        return Figures.Basis(metric.Basis) + inferred + note;

        string Inferred(DifferenceResult difference) => difference is { Low: { } low, High: { } high }
            ? $" {Figures.Interval(low, high, metric.Unit)} {Figures.Chance(difference.CorrectedP)}"
            : "";
    }

    /// <summary>What figures of the models rest on.</summary>
    private static string? Models(ComparisonResult result)
    {
        var notes = result.Metrics.Where(metric => metric.Basis == MetricBasis.Model
            && metric.Differences.Any(difference => difference.Low is not null)).Select(metric => metric.BasisNote);
        var distinct = notes.Distinct().ToList();
        return distinct.Count == 0 || result.Clock != "virtual" ? null : "MODEL: " + string.Join("; ", distinct);
    }

    private static string Name(WalkResult walk) => "walk, " + walk.Group;

    private static string Labelled(string name, int width, string text) => $"  {name.PadRight(width)}  {text}";

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
