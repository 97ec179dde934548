using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>A traced phase of a capture, and the machine as it stood when the phase began.</summary>
internal sealed record CapturePhase(CaptureFolder Folder, MachineImage Machine, TracedPhase Phase);

/// <summary>The traced phases of a capture: its folders that hold lists before and a trace, or itself if it has no such
/// folder.</summary>
internal sealed class CapturePhases
{
    private const string Before = "before.freelists.txt";
    private const string BeforeZoneinfo = "before.zoneinfo.txt";
    private const string LogAtEnd = "dmesg-end.txt";
    private const string Policies = "policy.yaml";

    /// <summary>A day. Unit: nanoseconds.</summary>
    private const long Longest = 86_400_000_000_000;

    private readonly string _capture;
    private readonly MachineImage _boot;
    private readonly List<CaptureFolder> _folders;
    private readonly List<IReadOnlyDictionary<int, TaskPolicy>> _policies = [];

    /// <param name="boot">The capture's machine.</param>
    /// <param name="given">Memory policies by task number; they stand above those of files.</param>
    /// <exception cref="InputException">There is no phase, or a policy is wrong.</exception>
    public CapturePhases(string capture, MachineImage boot, IReadOnlyDictionary<int, TaskPolicy> given)
    {
        (_capture, _boot) = (capture, boot);
        _folders = [.. new CaptureFolder(capture).Folders().Select(name => Path.Combine(capture, name)).Where(IsPhase)
            .Order(StringComparer.Ordinal).Select(path => new CaptureFolder(path))];
        if (_folders.Count == 0 && IsPhase(capture)) _folders.Add(new(capture));
        if (_folders.Count == 0)
        {
            throw Refuse(capture, ProblemCodes.File,
                $"holds no folder with {Before} and a trace ({TraceFile.Expected})");
        }

        var problems = new ProblemList();
        var above = On(boot, given, task => new($"--policy {task}", 0, 0), problems);
        var ofAll = PolicyFile.Read(Path.Combine(capture, Policies), boot, problems);
        foreach (var folder in _folders)
        {
            var policies = ofAll.ToDictionary();
            if (folder.Path != capture) Add(PolicyFile.Read(Path.Combine(folder.Path, Policies), boot, problems));
            Add(above);
            _policies.Add(policies);

            void Add(Dictionary<int, TaskPolicy> more)
            {
                foreach (var (task, policy) in more) policies[task] = policy;
            }
        }

        problems.ThrowIfAny();
    }

    /// <exception cref="InputException">There is no phase of this name.</exception>
    public void Require(string name)
    {
        List<string> names = [.. _folders.Select(folder => folder.Name)];
        if (names.Contains(name)) return;
        throw Refuse(_capture, ProblemCodes.File, $"has no phase '{name}'{NearestName.Hint(name, names)}");
    }

    /// <summary>Reads every phase.</summary>
    /// <param name="begin">Hears the name of each phase before it is read; null when nobody listens.</param>
    /// <exception cref="InputException">Lists or a trace cannot be read.</exception>
    public Task<ImmutableArray<CapturePhase>> ReadAsync(Action<string>? begin = null) =>
        SideBySide.RunAsync([.. Enumerable.Range(0, _folders.Count)], index =>
        {
            begin?.Invoke(_folders[index].Name);
            return Task.FromResult(Read(index, _policies[index], _boot));
        });

    /// <summary>Reads a phase again as its tasks would ask under other policies, or on another machine.</summary>
    /// <exception cref="InputException">A policy names a node that the machine does not have.</exception>
    public TracedPhase Read(CaptureFolder folder, IReadOnlyDictionary<int, TaskPolicy> changed, MachineImage on)
    {
        var index = _folders.IndexOf(folder);
        var policies = _policies[index].ToDictionary();
        // No answer of the trace is one under a changed policy.
        foreach (var (task, policy) in changed) policies[task] = policy with { Start = policy.Start ?? 0 };
        var problems = new ProblemList();
        policies = On(on, policies, task => new($"policy of task {task} in {folder.Name}", 0, 0), problems);
        problems.ThrowIfAny();
        return Read(index, policies, on).Phase;
    }

    /// <summary>A policy that was given for a task is one of a task that asks for something.</summary>
    /// <exception cref="InputException">It does not in any of the phases.</exception>
    public static void RequireTasks(
        IReadOnlyDictionary<int, TaskPolicy> given, string option, IReadOnlyList<CapturePhase> phases)
    {
        if (given.Count == 0) return;
        var seen = phases.SelectMany(read => read.Phase.Cpus).SelectMany(cpu => cpu.Requests)
            .Where(request => !request.IsFree).Select(request => request.Task).ToHashSet();
        var problems = new ProblemList();
        foreach (var task in given.Keys.Where(task => !seen.Contains(task)))
        {
            problems.Add(new($"{option}{task}", 0, 0), ProblemCodes.Trace,
                $"task {task} asks for nothing in {string.Join(", ", phases.Select(read => read.Folder.Name))}; "
                + $"expected one of the tasks {string.Join(", ", seen.Order())}");
        }

        problems.ThrowIfAny();
    }

    private static Dictionary<int, TaskPolicy> On(MachineImage machine, IReadOnlyDictionary<int, TaskPolicy> policies,
        Func<int, SourcePlace> place, ProblemList problems)
    {
        var made = new Dictionary<int, TaskPolicy>();
        foreach (var (task, policy) in policies)
        {
            if (policy.On(machine, $"task {task}", place(task), problems) is { } fitted) made[task] = fitted;
        }

        return made;
    }

    private CapturePhase Read(int index, IReadOnlyDictionary<int, TaskPolicy> policies, MachineImage on)
    {
        var folder = _folders[index];
        var dump = AllocatorDump.Read(folder, Before)!;
        DumpCheck.Require(dump, _boot, Path.Combine(folder.Path, Before));
        var machine = DumpedMachine.From(_boot, dump);
        var file = TraceFile.In(folder.Path)!;
        using var text = TraceFile.Open(file);
        var phase = TracedPhase.Read(new FtraceReader(text, file), file, machine, on, policies);

        if (phase.End - phase.Start > Longest)
            throw Refuse(file, ProblemCodes.Trace, "the phase lasts longer than a day; at most a day is replayed");
        if (new CaptureFolder(_capture).TryRead(LogAtEnd, out var log)) phase.Strike(LoggedKills.Read(log));
        phase.Pressure.GivenUp.UnionWith(GivenUp(folder, machine));
        return new(folder, machine, phase);
    }

    /// <summary>Nodes that kswapd has given up. Before 4.8 that is told of zones, and nobody heeds it who wakes
    /// kswapd.</summary>
    private static IEnumerable<int> GivenUp(CaptureFolder folder, MachineImage machine)
    {
        if (machine.Release.KswapdWokenPerZone || !folder.TryRead(BeforeZoneinfo, out var text)) return [];
        var (zones, _) = ZoneinfoReader.Read(Path.Combine(folder.Path, BeforeZoneinfo), text);
        return zones.Where(zone => zone.Unreclaimable > 0).Select(zone => zone.Id.Node.Value);
    }

    private static bool IsPhase(string path) =>
        ScenarioLoader.Exists(Path.Combine(path, Before)) && TraceFile.In(path) is not null;

    private static InputException Refuse(string path, string code, string what, int line = 0) =>
        new([new(new(path, line, line > 0 ? 1 : 0), code, what)]);
}
