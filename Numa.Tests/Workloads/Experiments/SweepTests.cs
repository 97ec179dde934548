using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Experiments;

public class SweepTests
{
    [Theory]
    [InlineData("1|2|4|8", "0,0.69,1.39,2.08")]
    [InlineData("1|2|3|4", "1,2,3,4")]
    [InlineData("1GiB|3GiB", "1073741824,3221225472")]
    [InlineData("4|2|1", null)]
    [InlineData("a|b", null)]
    public void Axes_that_grow_by_factors_are_taken_by_their_logarithm(string values, string? axis) => Assert.Equal(
        axis, SweepTrends.Numbers(values.Split('|')) is { } numbers
            ? string.Join(',', numbers.Select(number => Math.Round(number, 2))) : null);

    [Fact]
    public void A_knee_is_the_point_farthest_from_the_straight_line()
    {
        Assert.Equal(2, SweepTrends.Knee([1, 2, 3, 4, 5], [1, 2, 3, 3.1, 3.2]));
        Assert.Null(SweepTrends.Knee([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]));
        Assert.Null(SweepTrends.Knee([1, 2, 3], [7, 7, 7]));
        Assert.Null(SweepTrends.Knee([1, 2, 3, 4, 5], [1, 2.2, 3.1, 4, 5]));
    }

    [Theory]
    [InlineData("1 2 3 4", TrendShape.Rises, null)]
    [InlineData("4 3 2 1", TrendShape.Falls, null)]
    [InlineData("1 2 3 2", TrendShape.Peaks, "c")]
    [InlineData("3 1 2 3", TrendShape.Dips, "b")]
    [InlineData("1 3 1 3", TrendShape.Wavers, null)]
    [InlineData("2 2 2 2", TrendShape.Flat, null)]
    public void A_curve_has_a_shape_by_the_steps_that_were_found(string means, object shape, string? turn)
    {
        double[] noise = [0.01, -0.012, 0.003, -0.008, 0.007];
        var values = means.Split(' ').Select(double.Parse).ToList();
        // Each point its own noise, so that no difference is constant.
        var series = values.Select((mean, at) =>
            noise.Select((jitter, seed) => (double?)(mean + jitter * (1 + (seed + at) % 3))).ToArray()).ToList();
        var trend = Assert.Single(SweepTrends.Of(new("--vary", "x", ["a", "b", "c", "d"]),
            [["a"], ["b"], ["c"], ["d"]],
            [new("m", "m", MetricUnit.Count, MetricBasis.Interval)], [series], paired: true));
        Assert.Equal((TrendShape)shape, trend.Shape);
        Assert.Equal(turn, trend.Turn);
    }

    // Five equal differences can never be told from chance by a sign test; one run by nothing. Neither is "no change".
    [Theory]
    [InlineData("7 7 7|4 4 4", TrendShape.Falls, true, false)]
    [InlineData("7 7 7|7 7 7", TrendShape.Flat, false, false)]
    [InlineData("7|4", TrendShape.Flat, false, true)]
    public void What_every_seed_shows_is_a_change_and_what_one_shows_is_open(
        string points, object shape, bool constant, bool open)
    {
        var series = points.Split('|').Select(point => point.Split(' ').Select(value => (double?)double.Parse(value))
            .ToArray()).ToList();
        foreach (var paired in new[] { true, false })
        {
            var trend = Assert.Single(SweepTrends.Of(new("--vary", "x", ["a", "b"]), [["a"], ["b"]],
                [new("m", "m", MetricUnit.Count, MetricBasis.Model)], [series], paired));
            Assert.Equal(((TrendShape)shape, constant, open), (trend.Shape, trend.IsConstant, trend.IsOpen));
        }
    }

    [Fact]
    public void Where_something_first_happens_is_found_and_exact_curves_need_no_chance()
    {
        List<double?[]> series = [[0, 0], [0, 0], [2, 2]];
        var trend = Assert.Single(SweepTrends.Of(new("--vary", "x", ["1", "2", "3"]), [["1"], ["2"], ["3"]],
            [new("failures", "failed", MetricUnit.Count, MetricBasis.Exact)], [series], paired: true));
        Assert.Equal((TrendShape.Rises, "3", "2"), (trend.Shape, trend.FirstAboveZero, trend.Knee));
    }

    // Goal: a sweep over CPUs finds that locks are waited for, and the grid's other setting makes a curve of its own.
    // Goal: rows of programs that were killed are told from rows of programs that did their work.
    [Fact]
    public void Kills_have_a_column_where_there_was_any()
    {
        ImmutableArray<Variation> vary = [Variation.Parse("--vary", "workloads.fill.size=1MiB,100GiB")];
        const string text = "machine: pair.yaml\nworkloads:\n  fill: {kind: fill, cpus: 0, size: 1MiB}\n";
        var cells = vary[0].Settings.Select(setting => SmallExperiment.Cell(text, [setting!]));
        var experiment = new Experiment([.. cells], 2, RunMetric.All);
        var result = Sweep.Build(new ExperimentGrid(vary, experiment, []), Sweep.RequireMetrics([]),
            SmallExperiment.Play(experiment), "numa sweep");
        Assert.Equal("oomKills", result.Metrics[^1].Name);
        Assert.Equal([0.0, 1.0], result.Rows.Select(row => row.Values[^1].Mean!.Value));
    }

    [Fact]
    public void A_real_sweep_has_a_row_per_cell_and_a_curve_per_other_value()
    {
        ImmutableArray<Variation> vary =
        [
            Variation.Parse("--vary", "kernel=4.4,6.1"),
            Variation.Parse("--vary", "workloads.storm.cpus=[0],[0,1],[0,1,2]"),
        ];
        var text = SmallExperiment.Storm.Replace("cpus: all", "cpus: 0");
        var cells = vary[0].Settings.SelectMany(_ => vary[1].Settings,
            (one, other) => SmallExperiment.Cell(text, [one!, Cpus(other!)]));
        var experiment = new Experiment([.. cells], 3, RunMetric.All);
        var grid = new ExperimentGrid(vary, experiment, []);
        var shown = Sweep.RequireMetrics([]);
        var result = Sweep.Build(grid, shown, SmallExperiment.Play(experiment), "numa sweep");
        Assert.Equal(6, result.Rows.Length);
        Assert.Equal<string>(["4.4", "[0,1]"], result.Rows[1].Settings);
        // Nobody was killed: there is no column that says so.
        Assert.Equal(2 * (shown.Length - 1), result.Trends.Length);
        Assert.DoesNotContain(result.Metrics, metric => metric.Name == "oomKills");
        Assert.All(result.Trends.Where(trend => trend.Metric == "allocationsPerSecond"),
            trend => Assert.Equal(TrendShape.Rises, trend.Shape));
        Assert.True(result.Rows[2].Values[0].Low < result.Rows[2].Values[0].Mean);
        Assert.Equal(0, result.Missing);
        Assert.Equal(18, result.Rows.Sum(row => row.Runs));

        // A list in brackets is YAML; CPUs are written as the kernel lists them.
        static Setting Cpus(Setting setting) => setting with { Value = setting.Value.Trim('[', ']') };
    }

    [Fact]
    public void Metrics_are_known_by_name() => Assert.Contains("did you mean 'failures'?",
        Assert.Throws<InputException>(() => Sweep.RequireMetrics(["failure"])).Message);
}
