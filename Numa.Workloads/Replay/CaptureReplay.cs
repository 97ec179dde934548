using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>Replays the traced phases of a capture: folders that hold lists before, a trace, and lists after.</summary>
public static class CaptureReplay
{
    private const string After = "after.freelists.txt";

    /// <summary>A trace has its requests one after the other: more threads would only wait for each other.</summary>
    private const int Threads = 1;

    /// <param name="only">Name of the one phase to replay; null for all.</param>
    /// <param name="policies">Memory policies by task number; they stand above those of the capture's files.</param>
    /// <param name="progress">Hears the name of each phase when it begins, and which part of the phases is
    /// done.</param>
    /// <exception cref="InputException">The capture, or a trace of it, cannot be read.</exception>
    public static async Task<ImmutableArray<PhaseResult>> RunAsync(
        string capture, string? only, IReadOnlyDictionary<int, TaskPolicy> policies,
        Action<string, double>? progress = null, CancellationToken cancellation = default)
    {
        var (phases, ticks) = Load(capture, only, policies, progress, cancellation);
        var chosen = phases.Where(read => only is null || read.Folder.Name == only).ToList();
        CapturePhases.RequireTasks(policies, "--policy ", chosen);
        var results = ImmutableArray.CreateBuilder<PhaseResult>();
        foreach (var (of, machine, phase) in chosen)
        {
            progress?.Invoke($"replaying {of.Name}", (double)results.Count / chosen.Count);
            results.Add(await new PhaseReplay(phase, machine, ticks).RunAsync(
                of.Name, AllocatorDump.Read(of, After), Threads, cancellation).ConfigureAwait(false));
        }

        return results.ToImmutable();
    }

    /// <summary>Reads every phase, since ticks show in all of them.</summary>
    internal static (List<CapturePhase> Phases, TickTimes Ticks) Load(
        string capture, string? only, IReadOnlyDictionary<int, TaskPolicy> policies,
        Action<string, double>? progress = null, CancellationToken cancellation = default)
    {
        new CaptureFolder(capture).RequireLog();
        var all = new CapturePhases(capture, CaptureBoot.From(capture).Image, policies);
        if (only is not null) all.Require(only);
        var phases = all.Read(name =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke($"reading {name}", 0);
        });
        return (phases, new([.. phases.Select(read => (read.Phase, read.Machine))]));
    }
}
