using System.Collections.Immutable;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Experiments;

// Goal: a comparison finds what is there and nothing else. Method: real runs, all metrics, corrected together.
public class PlantedDifferenceTests
{
    [Theory]
    [InlineData("costs.holdBase", "600", "618")]
    [InlineData("workloads.storm.think", "1000ns", "1010ns")]
    public void A_small_planted_difference_is_found(string path, string first, string second)
    {
        var result = SmallExperiment.Compare(SmallExperiment.Of(SmallExperiment.Storm, 5, path, first, second));
        var allocations = Row(result, "allocations").Differences[0];
        Assert.Equal(DifferenceVerdict.Found, allocations.Verdict);
        Assert.True(allocations.High < 0, $"{allocations}");
        Assert.True(allocations.CorrectedP >= allocations.P);
    }

    // A whole comparison counts as one repetition: one difference found among all its metrics spoils it. The benchmark
    // `aa` makes 1000 of them; here are enough to see a correction that is not made.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_found_where_nothing_is(bool paired)
    {
        var found = Enumerable.Range(0, 20).Count(repetition => FoundIn(AaComparison(repetition, paired)));
        Assert.InRange(found, 0, 3);
    }

    private static bool FoundIn(ComparisonResult result) => result.Metrics.Any(metric =>
        metric.Differences.Any(difference => difference.Verdict == DifferenceVerdict.Found));

    /// <summary>The same storm twice: with seeds that share nothing, or with the same seeds and another name, from
    /// which its draws come.</summary>
    private static ComparisonResult AaComparison(int repetition, bool paired)
    {
        var seed = (ulong)(repetition * 100 + 1);
        ImmutableArray<ExperimentCell> cells = paired
            ? [Cell(seed, "storm"), Cell(seed, "gale")]
            : [Cell(seed, "storm"), Cell(seed + 50, "storm")];
        return SmallExperiment.Compare(new(cells, 5, RunMetric.All));
    }

    private static ExperimentCell Cell(ulong seed, string name) =>
        SmallExperiment.Cell(SmallExperiment.Storm.Replace("storm:", name + ":"), []) with { FirstSeed = seed };

    private static MetricResult Row(ComparisonResult result, string name) =>
        result.Metrics.Single(metric => metric.Name == name);
}
