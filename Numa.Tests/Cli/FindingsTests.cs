using System.Collections.Immutable;
using Numa.Cli.Tables;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Cli;

// Goal: every sentence follows from figures by a rule. Method: one comparison, changed figure by figure.
public class FindingsTests
{
    private static readonly ComparisonResult Plain = SampleResults.Comparison with
    {
        Seeds = [1, 2, 3, 4, 5], VaryPath = "zonelistOrder",
    };

    [Fact]
    public void What_moved_comes_first_with_its_basis_and_prediction() => Assert.Equal(
        "zonelistOrder=zone keeps 401 274 pages of 0:DMA32 that zonelistOrder=node uses, and takes more from 1:Normal"
        + " (exact, 10/10 seeds; as predicted)", ComparisonFindings.Of(Plain)[0]);

    [Fact]
    public void A_difference_off_its_prediction_says_so() => Assert.Contains("OFF the predicted -401 274",
        ComparisonFindings.Of(With("pages from 0:DMA32", difference => difference with { Off = true }))[0]);

    [Theory]
    [InlineData(1_029_783, 464_142, "keeps 1 029 783 pages in reserve for others and has 464 142")]
    [InlineData(62_472, 464_142, "keeps 62 472 pages in reserve for others and 396 below low, and has 464 142 free")]
    public void Where_no_page_can_move_the_inequality_is_the_answer(long reserve, long managed, string because)
    {
        var same = Unmoved() with { Reachable = [new("0:DMA32", managed, 0, reserve, 396, 0, "inequality")] };
        Assert.Equal("No difference in placement, because no page can move: 0:DMA32 " + because,
            ComparisonFindings.Of(same)[0]);
    }

    [Fact]
    public void What_every_seed_moves_is_told_even_where_no_chance_can_be_reckoned() => Assert.EndsWith(
        "(the same in each of 5 seeds; as predicted)",
        ComparisonFindings.Of(With("pages from 0:DMA32", difference => difference with
        {
            Verdict = DifferenceVerdict.Open,
        }))[0]);

    // An average over the run would hide that half as many are made, and for how long.
    [Fact]
    public void Phases_come_before_everything_else() => Assert.Equal(
        "until 0:DMA32 is at its limit: 0.461 times as many pages/s with zonelistOrder=zone (MODEL; predicted 0.40 to"
        + " 0.53)",
        ComparisonFindings.Of(Plain with
        {
            Windows =
            [
                new("until 0:DMA32 is at its limit", [31e6, 14.3e6], 0.461, 0.4, 0.53, 402287, 400889, MetricBasis.Model,
                    false),
            ],
        })[0]);

    [Fact]
    public void Other_frames_of_the_same_zones_are_no_equal_placement() => Assert.StartsWith(
        "Every page comes from the same zone, though from another frame",
        ComparisonFindings.Of(Unmoved() with { Arms = Plain.Arms })[0]);

    [Fact]
    public void Equal_walks_are_a_reason_too() => Assert.Equal(
        "No difference in placement, because every CPU tries the same zones in the same order",
        ComparisonFindings.Of(Unmoved() with { Reachable = [new("", 0, 0, 0, 0, 0, "same")] })[0]);

    [Theory]
    [InlineData(100, 97, -4.0, -2.0, 0.01, DifferenceVerdict.Found,
        "allocations: 97 /s instead of 100 /s with zonelistOrder=zone, 3.0 % less (95 %: -4.0 % to -2.0 %, 5 seeds,"
        + " p 0.01, MODEL)")]
    [InlineData(100, 100.1, -0.3, 0.4, 0.8, DifferenceVerdict.NotFound,
        "allocations: no difference found with zonelistOrder=zone (95 %: -0.30 % to +0.40 %, 5 seeds, p 0.80, MODEL)")]
    [InlineData(100, 0, -104.0, -96.0, 0.00001, DifferenceVerdict.Found,
        "allocations: 0 /s instead of 100 /s with zonelistOrder=zone (95 %: -100.0 % to -96.0 %, 5 seeds, p < 0.001,"
        + " MODEL)")]
    [InlineData(100, 0, -100.0, -100.0, 0.00001, DifferenceVerdict.Found,
        "allocations: 0 /s instead of 100 /s with zonelistOrder=zone (none in any seed, 5 seeds, p < 0.001, MODEL)")]
    [InlineData(100, 110, 10.0, 10.0, 0.00001, DifferenceVerdict.Found,
        "allocations: 110 /s instead of 100 /s with zonelistOrder=zone, 10.0 % more (the same part in each seed,"
        + " 5 seeds, p < 0.001, MODEL)")]
    [InlineData(100, 103, null, null, 0.0625, DifferenceVerdict.Open,
        "allocations: 103 /s instead of 100 /s with zonelistOrder=zone, the same difference in each of 5 seeds"
        + " (equal differences need more seeds, 10 or so, to be told from chance)")]
    [InlineData(100, 100, null, null, 1.0, DifferenceVerdict.NotFound,
        "allocations: no difference in each of 5 seeds, 100 /s with both (MODEL)")]
    [InlineData(100, 100, null, null, null, DifferenceVerdict.Open, "allocations: no difference, 100 /s with both")]
    [InlineData(100, 103, null, null, null, DifferenceVerdict.Fixed,
        "allocations: 103 /s instead of 100 /s with zonelistOrder=zone, 3.0 % more (MODEL, no seed changes it)")]
    public void Times_say_what_was_found_and_how_sure_it_is(
        double first, double other, double? low, double? high, double? p, object verdict, string sentence)
    {
        var metric = new MetricResult("allocations", MetricUnit.PerSecond, MetricBasis.Model, "default cost set", 0,
            [new(first, false), new(other, false)],
            [
                new(other - first, low, high, null, false)
                {
                    RelativeLow = low / 100, RelativeHigh = high / 100, CorrectedP = p,
                    Verdict = (DifferenceVerdict)verdict,
                },
            ]);
        Assert.Equal(sentence, ComparisonFindings.Of(Unmoved() with { Metrics = [metric] })[^1]);
    }

    // Goal: what one arm did not get is not told as if other zones had given it.
    [Fact]
    public void Fewer_pages_in_all_come_before_where_they_come_from()
    {
        var less = Plain with
        {
            Metrics = [.. Plain.Metrics.Select(metric => metric.Name != "pages from 1:Normal" ? metric
                : metric with { Values = [metric.Values[0], new(0, true)] })],
        };
        Assert.StartsWith("zonelistOrder=zone gets fewer pages in all: ", ComparisonFindings.Of(less)[0]);
    }

    [Fact]
    public void Pages_that_change_places_are_told_where_no_zone_gives_more() => Assert.StartsWith(
        "5 782 pages of 499 958 come from another zone, though no zone was found to give more or fewer",
        ComparisonFindings.Of(Unmoved() with { Placement = new(3, "a", null, 5_782, 499_958) })[0]);

    [Fact]
    public void Of_many_arms_each_names_whom_it_equals()
    {
        var metric = new MetricResult("latency p99", MetricUnit.Nanoseconds, MetricBasis.Model, "default cost set", 0,
            [new(40, true), new(40, true), new(40, true)],
            [.. Enumerable.Repeat(new DifferenceResult(0, null, null, null, false)
            {
                Verdict = DifferenceVerdict.NotFound,
            }, 2)]);
        var result = Unmoved() with
        {
            Metrics = [metric], Arms = [.. Plain.Arms, Plain.Arms[1] with { Value = "default" }],
        };
        Assert.Equal("latency p99: no difference in each of 5 seeds, 40 ns with zonelistOrder=default as with"
            + " zonelistOrder=node (MODEL)", ComparisonFindings.Of(result)[^1]);
    }

    // Goal: figures of programs that were killed are not taken for those of programs that did their work.
    [Fact]
    public void Whose_work_was_not_done_is_said_first()
    {
        EarlyEnd killed = new("fill", "killed", 5), some = new("fill", "1 exited, 1 killed", 2);
        Assert.Equal("fill did not come to its end in every arm: killed (10 of 10 runs)", First([killed], [killed]));
        Assert.Equal("fill did not come to its end with zonelistOrder=zone: 1 exited, 1 killed (2 of 5 runs)",
            First([], [some]));

        static string First(ImmutableArray<EarlyEnd> one, ImmutableArray<EarlyEnd> other) =>
            ComparisonFindings.Of(Plain with
            {
                Arms = [Plain.Arms[0] with { EarlyEnds = one }, Plain.Arms[1] with { EarlyEnds = other }],
            })[0];
    }

    [Fact]
    public void Failures_that_do_not_differ_are_told_all_the_same()
    {
        var failed = new MetricResult("failed", MetricUnit.Count, MetricBasis.Interval, "5 seeds agree, none must", 0,
            [new(7, true), new(7, true)], [new(0, null, null, null, false) { Verdict = DifferenceVerdict.NotFound }]);
        Assert.StartsWith("failed: no difference in each of 5 seeds, 7 with both",
            ComparisonFindings.Of(Unmoved() with { Metrics = [failed] })[^1]);
    }

    [Fact]
    public void Failures_come_before_times_and_are_told_once()
    {
        ImmutableArray<MetricResult> metrics =
            [Count("kswapd runs", 9, 3), Count("failed", 4, 0), Count("failed, may not reclaim", 4, 0)];
        var found = ComparisonFindings.Of(Unmoved() with { Metrics = metrics });
        Assert.StartsWith("failed", found[1]);
        Assert.StartsWith("kswapd runs: 3 instead of 9", found[2]);
        Assert.Equal(3, found.Length);

        static MetricResult Count(string name, double first, double other) => new(
            name, MetricUnit.Count, MetricBasis.Model, "reclaim model", 0, [new(first, false), new(other, false)],
            [new(other - first, -7, -1, null, false) { CorrectedP = 0.01, Verdict = DifferenceVerdict.Found }]);
    }

    [Fact]
    public void What_a_setting_costs_and_buys_is_the_answer_where_margins_change()
    {
        var arm = SampleResults.Comparison.Arms[1] with
        {
            Value = "1GiB", Margins = new(16_894, 262_143, "GFP_KERNEL", "node 0", -302_336, -245_249, false),
        };
        var result = Plain with { VaryPath = "vm.min_free_kbytes", Arms = [Plain.Arms[0], arm] };
        Assert.Equal("min_free_kbytes=1GiB costs 958 MiB: 262 143 pages stay below the min marks instead of 16 894;"
            + " GFP_KERNEL from node 0 wakes kswapd 1181 MiB earlier and reclaims by itself 958 MiB earlier (exact)",
            ComparisonFindings.Of(result)[0]);
    }

    [Fact]
    public void A_sweep_says_where_a_metric_rises_bends_and_begins()
    {
        Assert.Equal<string>(
        [
            "allocations: rises from 500 000 /s at 0 to 1 000 000 /s at 0-3, with a knee at 0-1 (MODEL)",
            "local share: 100.0 % throughout (exact)",
            "failed: rises from 0 at 0 to 3.5 at 0-3, none before 0-3 (5 seeds)",
        ], SweepFindings.Of(SampleSweep.Storm));
    }

    [Fact]
    public async Task Findings_stand_on_top_of_the_table_and_in_the_JSON()
    {
        var table = await CommandLineRun.OfAsync("compare s.yaml --vary a=b,c");
        Assert.StartsWith("  zonelistOrder=zone keeps 401 274 pages of 0:DMA32", table.Output.Split('\n')[1]);
        var json = await CommandLineRun.OfAsync("compare s.yaml --vary a=b,c --format json");
        Assert.Contains("\"findings\": [\n    \"zonelistOrder=zone keeps 401 274", json.Output);
        var sweep = await CommandLineRun.OfAsync("sweep s.yaml --vary a=b,c");
        Assert.Contains("rises from 500 000 /s", sweep.Output);
        Assert.All(sweep.Output.Split('\n'), line => Assert.True(line.Length <= 120, line));
        var csv = (await CommandLineRun.OfAsync("sweep s.yaml --vary a=b,c --format csv")).Output.Split("\r\n");
        Assert.Equal("workloads.storm.cpus,machine,runs,metric,unit,basis,mean,low,high", csv[0]);
        Assert.Equal("0,pair,5,allocationsPerSecond,perSecond,model,500000,499000,501000", csv[1]);
    }

    // Goal: a grid of settings with long names can be read on a page.
    [Fact]
    public async Task Arms_with_long_names_have_letters()
    {
        var grid = SampleResults.Comparison with
        {
            VaryPath = "kernel, zonelistOrder",
            Arms =
            [
                SampleResults.Comparison.Arms[0] with { Value = "kernel=6.1 zonelistOrder=node" },
                SampleResults.Comparison.Arms[1] with { Value = "kernel=6.1 zonelistOrder=zone" },
            ],
        };
        var lines = (await CommandLineRun.OfAsync(
            "compare s.yaml --vary a=b,c", new FakeSimulator { Comparison = grid })).Output.Split('\n');
        Assert.Contains("  A  kernel=6.1 zonelistOrder=node", lines);
        Assert.Contains("  B  kernel=6.1 zonelistOrder=zone", lines);
        Assert.Contains(lines, line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["A", "B", ..]);
        Assert.Contains(lines, line => line.Contains("hash A ", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.Length <= 120, line));
    }

    [Fact]
    public async Task An_incomplete_comparison_says_so_and_ends_as_interrupted()
    {
        var simulator = new FakeSimulator { Comparison = SampleResults.Comparison with { Missing = 4, Made = 20 } };
        var run = await CommandLineRun.OfAsync("compare s.yaml --vary a=b,c", simulator);
        Assert.Equal(130, run.ExitCode);
        Assert.Contains("INCOMPLETE: 4 runs of those asked for are missing", run.Output);
        Assert.Equal("numa: interrupted after 20 of 24 runs; nothing is kept without --out DIR",
            Assert.Single(run.ErrorLines));
    }

    private static ComparisonResult With(string name, Func<DifferenceResult, DifferenceResult> change) => Plain with
    {
        Metrics = [.. Plain.Metrics.Select(metric => metric.Name == name
            ? metric with { Differences = [change(metric.Differences[0])] }
            : metric)],
    };

    private static ComparisonResult Unmoved() => Plain with
    {
        Reachable = [], Placement = new(null, null, null, 0, 100), Metrics = [],
        Arms = [.. Plain.Arms.Select(arm => arm with { PlacementHash = "same" })],
    };
}
