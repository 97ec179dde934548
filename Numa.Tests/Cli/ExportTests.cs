using System.Text.Json;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Cli;

/// <summary>What programs read. Goal: standard output parses as a whole, in every culture.</summary>
public class ExportTests
{
    [Fact]
    public async Task Run_as_json_has_the_keys_that_others_rely_on()
    {
        var root = await JsonAsync("run s.yaml --format json");
        foreach (var key in new[]
                 {
                     "scenario", "seed", "kernel", "clock", "host", "hash", "operations", "wallSeconds",
                     "operationsPerSecond", "simulatedNanoseconds", "localShare", "fallbacks", "failures", "conserved",
                 })
        {
            Assert.True(root.TryGetProperty(key, out _), key);
        }

        Assert.Equal(3, root.GetProperty("zones").GetArrayLength());
        Assert.Equal("zone", root.GetProperty("actors")[0].GetProperty("kind").GetString());
        var tried = root.GetProperty("failures")[0].GetProperty("tried");
        Assert.Equal(1280, tried[0].GetProperty("requiredPages").GetInt64());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("counterfactualLabel").ValueKind);
        Assert.True(root.GetProperty("reproducible").GetBoolean());
    }

    [Fact]
    public async Task Numbers_read_back_as_they_were()
    {
        var run = SampleResults.Run with
        {
            LocalShare = 1.0 / 3, OperationsPerSecond = 1e21 / 7, Seed = ulong.MaxValue,
        };
        var root = await JsonAsync("run s.yaml --format json", With(run));
        Assert.Equal(run.LocalShare, root.GetProperty("localShare").GetDouble());
        Assert.Equal(run.OperationsPerSecond, root.GetProperty("operationsPerSecond").GetDouble());
        Assert.Equal(run.Seed, root.GetProperty("seed").GetUInt64());
    }

    [Fact]
    public async Task A_what_if_is_labelled_in_json()
    {
        var run = SampleResults.Run with
        {
            Counterfactual = true, Impossible = "Linux 6.12 knows node order only", Kernel = "6.12",
        };
        foreach (var line in new[] { "run s.yaml --format json", "trace s.yaml --format json" })
        {
            var root = await JsonAsync(line, With(run));
            Assert.Equal(
                "COUNTERFACTUAL: Linux 6.12 knows node order only",
                root.GetProperty("counterfactualLabel").GetString());
        }
    }

    [Fact]
    public async Task Trace_and_compare_as_json_carry_identity_and_basis()
    {
        var trace = await JsonAsync("trace s.yaml --format json");
        Assert.Equal(SampleResults.Run.Hash, trace.GetProperty("hash").GetString());
        Assert.Equal(2_000_000, trace.GetProperty("totalWaitNanoseconds").GetInt64());
        var compare = await JsonAsync("compare s.yaml --vary a=b,c --format json");
        Assert.Equal("exact", compare.GetProperty("metrics")[0].GetProperty("basis").GetString());
        Assert.False(compare.GetProperty("isOff").GetBoolean());
    }

    [Fact]
    public async Task Run_as_csv_has_one_row_per_zone_and_quotes_what_needs_it()
    {
        var run = SampleResults.Run with { Scenario = "a, \"b\"", OperationsPerSecond = 0.5 };
        var csv = (await AbroadAsync("run s.yaml --format csv", With(run))).Split("\r\n");
        Assert.StartsWith("scenario,seed,kernel,", csv[0], StringComparison.Ordinal);
        Assert.StartsWith("\"a, \"\"b\"\"\",7,4.9,node,false,virtual,", csv[1], StringComparison.Ordinal);
        Assert.EndsWith(",46.349,2400,776700,true", csv[2], StringComparison.Ordinal);
        Assert.Equal(5, csv.Length);
        Assert.Equal("", csv[4]);
    }

    [Fact]
    public async Task Trace_as_csv_has_one_row_per_zone_and_cause() =>
        Assert.Equal(
            "zone,cause,visits,pages,waitNanoseconds,holdNanoseconds,refused\r\n"
            + "0:DMA32,Refill,12945,401274,600000,776700,0\r\n"
            + "1:Normal,Refill,148000,4590000,1300000,8880000,1\r\n"
            + "1:Normal,Drain,98,1023,100000,5880,0\r\n",
            await AbroadAsync("trace s.yaml --format csv"));

    [Fact]
    public async Task Compare_as_csv_has_one_row_per_metric()
    {
        var csv = (await AbroadAsync("compare s.yaml --vary a=b,c --format csv")).Split("\r\n");
        Assert.Equal(
            "metric,unit,basis,basisNote,tolerance,node,zone,zone difference,zone predicted,zone off,zone low,"
            + "zone high,zone effect,zone p,zone correctedP,zone verdict", csv[0]);
        Assert.Equal("pages from 0:DMA32,pages,exact,10/10 seeds,31,401274,0,-401274,-401274,false,,,,,,fixed", csv[2]);
        Assert.Equal("first fallback,ordinal,exact,,0,15979223,,,,false,,,,,,open", csv[6]);
    }

    private static FakeSimulator With(RunResult run) => new() { Outcome = SampleResults.Outcome with { Run = run } };

    private static async Task<JsonElement> JsonAsync(string line, FakeSimulator? simulator = null) =>
        JsonDocument.Parse(await AbroadAsync(line, simulator)).RootElement;

    private static async Task<string> AbroadAsync(string line, FakeSimulator? simulator = null)
    {
        var here = await CommandLineRun.OfAsync(line, simulator);
        var abroad = await ForeignCulture.WithinAsync(() => CommandLineRun.OfAsync(line, simulator));
        Assert.Equal("", here.Error);
        Assert.Equal(here.Output, abroad.Output);
        return here.Output;
    }
}
