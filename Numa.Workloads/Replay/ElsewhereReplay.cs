using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Time;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>Makes the requests of a capture's phases on another machine, and shows what would have changed.</summary>
/// <remarks>The other machine is held against the model of the capture's own, not against the kernel: frames mean
/// nothing there.</remarks>
public static class ElsewhereReplay
{
    /// <returns>Phases one after the other, each when it is asked for.</returns>
    /// <exception cref="InputException">The capture, the machine, or a setting cannot be used.</exception>
    public static IEnumerable<ElsewhereResult> Run(ElsewhereRequest request)
    {
        new CaptureFolder(request.Capture).RequireLog();
        var own = CaptureBoot.From(request.Capture).Image;
        var all = new CapturePhases(request.Capture, own, request.Policies);
        if (request.Phase is { } name) all.Require(name);
        var other = new OtherMachine(request, own);
        var phases = all.ReadAsync().GetAwaiter().GetResult();
        var ticks = new TickTimes([.. phases.Select(read => (read.Phase, read.Machine))]);
        phases = [.. phases.Where(read => request.Phase is null || read.Folder.Name == request.Phase)];
        CapturePhases.RequireTasks(request.Policies, "--policy ", phases);
        CapturePhases.RequireTasks(other.Policies, "policy.", phases);
        return phases.Select(read => Compare(read, all, other, ticks));
    }

    private static ElsewhereResult Compare(
        CapturePhase read, CapturePhases all, OtherMachine other, TickTimes ticks)
    {
        var notes = other.Notes.ToList();
        var here = FairDeltas.Infer(
            read.Machine, read.Phase, cpu => ticks.Of(read.Phase, cpu, out _), out var inferred);
        if (inferred > 0) notes.Add($"{inferred} unfolded parts of fair batches were inferred");
        var there = other.At(here);
        var isAsSeen = other.Policies.Count == 0 && !other.BeginsAtBoot;
        var phase = isAsSeen ? read.Phase : all.Read(read.Folder, other.Policies, other.Base);
        var requests = Requests(phase, withOlder: !other.BeginsAtBoot);
        notes.AddRange(read.Phase.Starts.Notes());
        if (other.BeginsAtBoot) notes.Add($"{there.Name} begins as boot leaves it");
        var left = phase.Cpus.Sum(cpu => cpu.Requests.Count) - requests.Sum(list => list.Count);
        if (left > 0) notes.Add($"{left} frees of blocks that no allocation of the phase took were left out");

        var cpus = there.Cpus.CpuCount;
        if (phase.Cpus.Skip(cpus).Any(cpu => cpu.Requests.Count > 0))
            notes.Add($"requests of CPUs from {cpus} on are made on CPU number modulo {cpus}");
        var count = phase.Allocations.Count;
        var (mine, theirs) = (Run(here, Requests(read.Phase, withOlder: true)), Run(there, requests));
        return new(read.Folder.Name, count,
            Enumerable.Range(0, count).Count(number => mine.ZoneOf(number) != theirs.ZoneOf(number)),
            Enumerable.Range(0, count).Count(number => mine.ZoneOf(number)?.Node != theirs.ZoneOf(number)?.Node),
            mine.Outcome, theirs.Outcome, notes);

        RequestRun Run(MachineImage machine, IReadOnlyList<IReadOnlyList<ReplayRequest>> asked) => new(
            machine, asked, count, phase.Start, ticks.UntilEnd(phase, machine.Cpus.CpuCount));
    }

    /// <summary>What is asked on either machine: what no event took, no model has to give back.</summary>
    /// <remarks>Which frees found the pageset locked is known of the kernel only.</remarks>
    /// <param name="withOlder">With frees of what was taken before the phase.</param>
    private static List<List<ReplayRequest>> Requests(TracedPhase phase, bool withOlder) =>
    [
        .. phase.Cpus.Select(cpu => cpu.Requests
            .Where(request => request.Allocation >= 0 || (withOlder && request.Allocation == ReplayRequest.Older))
            .Select(request => request with { IsPagesetLocked = false }).ToList()),
    ];
}
