using System.Text.Json;
using Numa.Cli.Execution;
using Numa.Tests.Core.Zones;

namespace Numa.Tests.Cli;

public sealed class ExplainOomCommandTests
{
    private static readonly string Log =
        Path.Combine(TuningCapture.Root(), "oom-reports", "6.1-trace-2node-1g.txt");

    private static Simulator Real => new(TimeProvider.System);

    [Fact]
    public async Task Every_report_of_a_log_has_its_answer_and_its_zones()
    {
        var run = await CommandLineRun.OfAsync($"explain oom {Log}", Real);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("1 of 2, line 1: None of the 2 permitted zones has more than it must keep at min", run.Output,
            StringComparison.Ordinal);
        Assert.Matches(@"0:DMA32 +640 +666 +640 +666  fails: too few\n", run.Output);
        Assert.Contains("2 of 2, line 60: None of the 3 permitted zones", run.Output, StringComparison.Ordinal);
        run = await CommandLineRun.OfAsync($"explain oom {Log} --format json", Real);
        var reports = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(2, reports.GetArrayLength());
        Assert.Equal(1217, reports[1].GetProperty("zones")[2].GetProperty("needed").GetInt64());
        Assert.True(reports[0].GetProperty("isJustified").GetBoolean());
    }

    [Fact]
    public async Task A_text_without_a_report_is_refused()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "no report\n");
        var run = await CommandLineRun.OfAsync($"explain oom {file}", Real);
        File.Delete(file);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("error NUMA240: found neither 'invoked oom-killer'", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLineRun.OfAsync("explain oom /no/such/file", Real)).ExitCode);
    }
}
