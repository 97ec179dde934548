using Numa.Core.Diagnostics;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>Replays the traced phases of a capture: folders that hold lists before, a trace, and lists after.</summary>
public static class CaptureReplay
{
    private const string After = "after.freelists.txt";

    /// <param name="only">Name of the one phase to replay; null for all.</param>
    /// <param name="policies">Memory policies by task number; they stand above those of the capture's files.</param>
    /// <returns>Phases one after the other, each when it is asked for.</returns>
    /// <exception cref="InputException">The capture, or a trace of it, cannot be read.</exception>
    public static IEnumerable<PhaseResult> Run(
        string capture, string? only, IReadOnlyDictionary<int, TaskPolicy> policies)
    {
        new CaptureFolder(capture).RequireLog();
        var all = new CapturePhases(capture, CaptureBoot.From(capture).Image, policies);
        if (only is not null) all.Require(only);
        var phases = all.Read();
        var ticks = new TickTimes(phases.Select(read => read.Phase));
        return phases.Where(read => only is null || read.Folder.Name == only)
            .Select(read => new PhaseReplay(read.Phase, read.Machine, ticks)
                .Run(read.Folder.Name, AllocatorDump.Read(read.Folder, After)));
    }
}
