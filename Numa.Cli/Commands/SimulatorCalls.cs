using System.Collections.Immutable;
using Numa.Cli.Execution;
using Numa.Cli.Telemetry;

namespace Numa.Cli.Commands;

/// <summary>Calls the engine with what surrounds every call: progress on a terminal, telemetry if asked for.</summary>
internal static class SimulatorCalls
{
    public static async Task<RunOutcome> RunAsync(
        ISimulator simulator, RunRequest request, Terminal terminal, CancellationToken cancel)
    {
        using var telemetry = request.SampleAllocations ? new ConsoleTelemetry(terminal.Error) : null;
        var outcome = await ProgressDisplay.WatchAsync(
            terminal, "Running " + request.Scenario, progress => simulator.RunAsync(request, progress, cancel));
        telemetry?.Emit(outcome.Run, outcome.Samples);
        return outcome;
    }

    public static Task<ComparisonOutcome> CompareAsync(
        ISimulator simulator, ExperimentRequest request, Terminal terminal, bool otel, CancellationToken cancel) =>
        WatchAsync("Comparing ", request, terminal, otel,
            progress => simulator.CompareAsync(request, progress, cancel));

    public static Task<SweepOutcome> SweepAsync(ISimulator simulator, ExperimentRequest request,
        ImmutableArray<string> metrics, Terminal terminal, bool otel, CancellationToken cancel) =>
        WatchAsync("Sweeping ", request, terminal, otel,
            progress => simulator.SweepAsync(request, metrics, progress, cancel));

    private static async Task<T> WatchAsync<T>(string verb, ExperimentRequest request, Terminal terminal, bool otel,
        Func<IProgress<RunProgress>, Task<T>> work)
    {
        // An experiment's runs are too many to show span by span: what the engine itself emits passes through.
        using var telemetry = otel ? new ConsoleTelemetry(terminal.Error) : null;
        return await ProgressDisplay.WatchAsync(terminal, verb + request.Run.Scenario, work);
    }
}
