using Numa.Cli.Execution;
using Numa.Cli.Telemetry;
using Numa.Workloads.Measurement;

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

    public static async Task<ComparisonResult> CompareAsync(
        ISimulator simulator, CompareRequest request, Terminal terminal, bool otel, CancellationToken cancel)
    {
        // A comparison's runs are too many to show span by span: what the engine itself emits passes through.
        using var telemetry = otel ? new ConsoleTelemetry(terminal.Error) : null;
        return await ProgressDisplay.WatchAsync(
            terminal,
            "Comparing " + request.Run.Scenario,
            progress => simulator.CompareAsync(request, progress, cancel));
    }
}
