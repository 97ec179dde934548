using System.Collections.Immutable;
using Numa.Actors.Machine;
using Numa.Core.Diagnostics;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>Replays the traced phases of a capture: folders that hold lists before, a trace, and lists after.</summary>
public static class CaptureReplay
{
    private const string After = "after.freelists.txt";

    /// <param name="only">Name of the one phase to replay; null for all.</param>
    /// <param name="policies">Memory policies by task number; they stand above those of the capture's files.</param>
    /// <param name="progress">Hears the name of each phase when it begins, and which part of the phases is
    /// done.</param>
    /// <exception cref="InputException">The capture, or a trace of it, cannot be read.</exception>
    public static async Task<ImmutableArray<PhaseResult>> RunAsync(
        string capture, string? only, IReadOnlyDictionary<int, TaskPolicy> policies,
        Action<string, double>? progress = null, CancellationToken cancellation = default)
    {
        var (phases, ticks) = await LoadAsync(capture, only, policies, progress, cancellation).ConfigureAwait(false);
        var chosen = phases.Where(read => only is null || read.Folder.Name == only).ToList();
        CapturePhases.RequireTasks(policies, "--policy ", chosen);
        var done = 0;
        var host = await SimulationHost.StartAsync(Environment.ProcessorCount, null, cancellation)
            .ConfigureAwait(false);
        await using var _ = host.ConfigureAwait(false);
        return await SideBySide.RunAsync(chosen, async read =>
        {
            progress?.Invoke($"replaying {read.Folder.Name}", (double)done / chosen.Count);
            var result = await new PhaseReplay(read.Phase, read.Machine, ticks).RunAsync(
                read.Folder.Name, AllocatorDump.Read(read.Folder, After), host, cancellation).ConfigureAwait(false);
            Interlocked.Increment(ref done);
            return result;
        }).ConfigureAwait(false);
    }

    /// <summary>Reads every phase, since ticks show in all of them.</summary>
    internal static async Task<(ImmutableArray<CapturePhase> Phases, TickTimes Ticks)> LoadAsync(
        string capture, string? only, IReadOnlyDictionary<int, TaskPolicy> policies,
        Action<string, double>? progress = null, CancellationToken cancellation = default)
    {
        new CaptureFolder(capture).RequireLog();
        var all = new CapturePhases(capture, CaptureBoot.From(capture).Image, policies);
        if (only is not null) all.Require(only);
        var phases = await all.ReadAsync(name =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke($"reading {name}", 0);
        }).ConfigureAwait(false);
        return (phases, new([.. phases.Select(read => (read.Phase, read.Machine))]));
    }
}
