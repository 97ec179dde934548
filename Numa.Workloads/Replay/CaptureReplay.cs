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

    /// <param name="only">Name of the one phase to replay; null for all.</param>
    /// <param name="policies">Memory policies by task number.</param>
    /// <returns>Phases one after the other, each when it is asked for.</returns>
    /// <exception cref="InputException">The capture, or a trace of it, cannot be read.</exception>
    public static IEnumerable<PhaseResult> Run(
        string capture, string? only, IReadOnlyDictionary<int, TaskPolicy> policies)
    {
        var folder = new CaptureFolder(capture);
        folder.RequireLog();
        var names = folder.Folders().Where(name => File.Exists(Path.Combine(capture, name, Trace))
            && File.Exists(Path.Combine(capture, name, Before))).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0) throw Refuse(capture, $"holds no folder with {Trace} and {Before}");
        if (only is not null && !names.Contains(only))
            throw Refuse(capture, $"has no phase '{only}'{NearestName.Hint(only, [.. names])}");

        var boot = CaptureBoot.From(capture).Image;
        var phases = names.Select(name => Read(new(Path.Combine(capture, name)), boot, policies)).ToList();
        var ticks = new TickTimes([.. phases.Select(read => (read.Phase, read.Machine))]);
        return phases.Where(read => only is null || read.Folder.Name == only)
            .Select(read => new PhaseReplay(read.Phase, read.Machine, ticks)
                .Run(read.Folder.Name, AllocatorDump.Read(read.Folder, After)));
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
