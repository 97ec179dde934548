using Numa.Tests.Workloads;
using Numa.Workloads.Experiments;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Acceptance;

/// <summary>Scenarios as a user runs them: from their text to the result, through the actors.</summary>
internal static class Runs
{
    private static readonly string Folder = Path.Combine(ScenarioTexts.Configs, "scenarios");

    internal static Task<RunRecord> OfAsync(string scenario, params string[] settings) =>
        OfAsync(ScenarioLoader.Load(Path.Combine(Folder, scenario + ".yaml"), Parse(settings)), new());

    /// <param name="text">A scenario; machines are found as from configs/scenarios.</param>
    internal static Task<RunRecord> OfTextAsync(string text, RunOptions options, params string[] settings) =>
        OfAsync(ScenarioParser.Parse(text, Path.Combine(Folder, "test.yaml"), Parse(settings),
            ScenarioLoader.FindMachine), options);

    internal static ZoneResult Zone(this RunRecord run, string zone) =>
        run.Result.Zones.Single(result => result.Zone == zone);

    private static async Task<RunRecord> OfAsync(Scenario scenario, RunOptions options)
    {
        var run = await new ScenarioRunner(TimeProvider.System).RunAsync(scenario, options, default);
        // Whatever a test asks: no page may be lost, and waits must add up along every way.
        Assert.True(run.Result.Conserved);
        Assert.All(run.Result.Zones, zone => Assert.True(zone.Conserved));
        Assert.Equal(run.Contention.TotalWaitNanoseconds, run.Contention.Causes.Sum(cause => cause.WaitNanoseconds));
        Assert.Equal(run.Contention.TotalWaitNanoseconds, run.Contention.Matrix.Sum(cell => cell.WaitNanoseconds));
        Assert.Equal(run.Contention.TotalWaitNanoseconds, run.Result.Zones.Sum(zone => zone.LockWaitNanoseconds));
        return run;
    }

    private static Setting[] Parse(string[] settings) =>
        [.. settings.Select(setting => Setting.Parse("--set", setting))];
}
