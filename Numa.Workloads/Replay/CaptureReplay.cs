using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>Replays the traced phases of a capture: folders that hold lists before, a trace, and lists after.</summary>
public static class CaptureReplay
{
    private const string Before = "before.freelists.txt";
    private const string After = "after.freelists.txt";
    private const string Trace = "trace.txt.gz";

    /// <summary>A trace has its requests one after the other: more threads would only wait for each other.</summary>
    private const int Threads = 1;

    /// <param name="only">Name of the one phase to replay; null for all.</param>
    /// <param name="policies">Memory policies by task number.</param>
    /// <param name="progress">Hears the name of each phase when it begins, and which part of the phases is
    /// done.</param>
    /// <exception cref="InputException">The capture, or a trace of it, cannot be read.</exception>
    public static async Task<ImmutableArray<PhaseResult>> RunAsync(
        string capture, string? only, IReadOnlyDictionary<int, TaskPolicy> policies,
        Action<string, double>? progress = null, CancellationToken cancellation = default)
    {
        var (phases, ticks) = Load(capture, only, policies, progress, cancellation);
        var chosen = phases.Where(read => only is null || read.Folder.Name == only).ToList();
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
    internal static (List<(CaptureFolder Folder, MachineImage Machine, TracedPhase Phase)> Phases, TickTimes Ticks)
        Load(string capture, string? only, IReadOnlyDictionary<int, TaskPolicy> policies,
        Action<string, double>? progress = null, CancellationToken cancellation = default)
    {
        var folder = new CaptureFolder(capture);
        folder.RequireLog();
        var names = folder.Folders().Where(name => File.Exists(Path.Combine(capture, name, Trace))
            && File.Exists(Path.Combine(capture, name, Before))).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0) throw Refuse(capture, $"holds no folder with {Trace} and {Before}");
        if (only is not null && !names.Contains(only))
            throw Refuse(capture, $"has no phase '{only}'{NearestName.Hint(only, [.. names])}");

        var boot = CaptureBoot.From(capture).Image;
        var phases = new List<(CaptureFolder Folder, MachineImage Machine, TracedPhase Phase)>();
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke($"reading {name}", 0);
            phases.Add(Read(new(Path.Combine(capture, name)), boot, policies));
        }

        return (phases, new([.. phases.Select(read => (read.Phase, read.Machine))]));
    }

    private static (CaptureFolder Folder, MachineImage Machine, TracedPhase Phase) Read(
        CaptureFolder folder, MachineImage boot, IReadOnlyDictionary<int, TaskPolicy> policies)
    {
        var machine = DumpedMachine.From(boot, AllocatorDump.Read(folder, Before)!);
        var file = Path.Combine(folder.Path, Trace);
        using var text = folder.TryOpenPacked(Trace)!;
        try
        {
            return (folder, machine,
                TracedPhase.Read(new FtraceReader(text, file), file, boot.Release, new(machine),
                new(policies, boot.Zonelists.PolicyZone)));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw Refuse(file, $"cannot be read: {exception.Message}");
        }
    }

    private static InputException Refuse(string path, string what) =>
        new([new(new(path, 0, 0), ProblemCodes.File, what)]);
}
