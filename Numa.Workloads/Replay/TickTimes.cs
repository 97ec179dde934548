using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Workloads.Replay;

/// <summary>When each CPU's vmstat worker ran, from the little that shows it.</summary>
/// <remarks>
/// The worker comes once a second, at the same part of a second as long as the machine is up, and a little later where
/// the CPU was busy. What it drained shows it: the phase of a CPU's tick is that of the drain which the most others
/// follow closely, over all phases of a capture. Where a drain shows a tick it is taken at its time; the others are
/// taken on the second. A CPU that asks for nothing for the first second of a phase or longer sleeps until it does, and
/// its worker with it. A CPU that slept puts its ticks off, and may go on at another part of the second: where a
/// phase's drains are all off the capture's second, its own are taken. Runs of the fair pass show ticks, too: a tick
/// folds what the CPU had charged to a batch, and a run ends elsewhere for it. Where allocations of the capture came
/// from another zone than the batches say, the one part of a second is taken that leaves the fewest of them, near the
/// drains' where drains show one.
/// </remarks>
internal sealed class TickTimes
{
    private const long Second = 1_000_000_000;

    /// <summary>Drains further apart than this are of two passes.</summary>
    private const long Gap = 50_000_000;

    /// <summary>A drain that comes later after its second than this is no tick's.</summary>
    private const long Latest = 300_000_000;

    /// <summary>Pages of another zone that a tick has to explain: it moves the ends of runs, and a few pages may be
    /// astray for other reasons.</summary>
    private const int Evidence = 6;

    /// <summary>A tick comes before what the trace, which counts microseconds, has at the same time.</summary>
    private const long BeforeEvent = 1;

    private readonly Dictionary<int, List<long>> _passes = [];
    private readonly Dictionary<int, long> _phaseOf = [];
    private readonly HashSet<int> _fixedByRuns = [];

    /// <param name="phases">Of one capture, each with the machine that it begins with.</param>
    public TickTimes(IReadOnlyList<(TracedPhase Phase, MachineImage Machine)> phases)
    {
        foreach (var (nanoseconds, cpu, _) in phases.SelectMany(read =>
            (read.Phase.WhileRead ?? read.Phase).TimerDrains).OrderBy(drain => drain.Nanoseconds))
        {
            if (!_passes.TryGetValue(cpu, out var passes)) _passes[cpu] = passes = [];
            if (passes.Count == 0 || nanoseconds - passes[^1] > Gap) passes.Add(nanoseconds);
        }

        // What is drained after a phase, while its lists are read, says something of that phase only.
        var within = phases.SelectMany(read => read.Phase.TimerDrains)
            .Select(drain => (drain.Cpu, drain.Nanoseconds)).ToHashSet();
        foreach (var (cpu, passes) in _passes)
        {
            var own = passes.FindAll(pass => within.Contains((cpu, pass)));
            if (own.Count > 0) _phaseOf[cpu] = PhaseOf(own);
        }

        if (phases.Count == 0 || !phases[0].Machine.Release.FairZonePolicy) return;
        var runs = phases.Select(read =>
            (read.Phase, FairRuns.Of(FairDeltas.Infer(read.Machine, read.Phase, default, out _), read.Phase))).ToList();
        for (var cpu = 0; cpu < phases.Max(read => read.Phase.Cpus.Count); cpu++)
        {
            FixByRuns(cpu, runs);
        }
    }

    /// <summary>Instants of a CPU's ticks in a phase, from the phase's start.</summary>
    /// <param name="shown">How many of them a drain shows.</param>
    /// <returns>Default when nothing in the capture shows a tick of the CPU.</returns>
    public ImmutableArray<VirtualInstant> Of(TracedPhase phase, int cpu, out int shown)
    {
        shown = 0;
        if (cpu >= phase.Cpus.Count || phase.Cpus[cpu].Requests.Count == 0) return Idle(phase, cpu, out shown);
        var ticks = ImmutableArray.CreateBuilder<VirtualInstant>();
        var end = (phase.WhileRead ?? phase).End;
        var passes = _passes.GetValueOrDefault(cpu, []).FindAll(pass => pass >= phase.Start && pass <= end);
        if (!_phaseOf.TryGetValue(cpu, out var part))
        {
            if (passes.Count == 0) return default;
            part = PhaseOf(passes);
        }

        var first = phase.Cpus[cpu].Requests[0].Nanoseconds;
        var early = _fixedByRuns.Contains(cpu) ? Gap : 0;
        if (passes.Count > 0 && !passes.Exists(pass => Part(pass - part + early) < Latest + early))
            part = PhaseOf(passes);
        for (var nominal = phase.Start + Part(part - phase.Start); nominal <= phase.End; nominal += Second)
        {
            var pass = passes.Find(pass => pass >= nominal - early && pass < nominal + Latest);
            if (pass > phase.End) break;
            if (pass > 0) shown++;
            else if (nominal < first && first - phase.Start > Second) continue;
            ticks.Add(new((pass > 0 ? pass : nominal) - phase.Start));
        }

        return ticks.ToImmutable();
    }

    /// <summary>Instants of the ticks of a machine's CPUs in a phase, from its start; none after its end.</summary>
    /// <returns>Shape: index = CPU number; where nothing shows a tick, once a second.</returns>
    public ImmutableArray<ImmutableArray<VirtualInstant>> UntilEnd(TracedPhase phase, int cpuCount)
    {
        var ticks = ImmutableArray.CreateBuilder<ImmutableArray<VirtualInstant>>(cpuCount);
        for (var cpu = 0; cpu < cpuCount; cpu++)
        {
            var known = Of(phase, cpu, out _);
            var first = CpuProcess.FirstTick(cpu, cpuCount).Nanoseconds;
            var seconds = Math.Max(0, (phase.End - phase.Start - first + Second) / Second);
            ticks.Add(!known.IsDefault ? known
                : [.. Enumerable.Range(0, (int)seconds).Select(n => new VirtualInstant(first + n * Second))]);
        }

        return ticks.MoveToImmutable();
    }

    /// <summary>Ticks of a CPU that asks for nothing: those that drains show, and the seconds before them.</summary>
    /// <remarks>The worker of an idle CPU sleeps, and comes when the shepherd sees something to fold.</remarks>
    private ImmutableArray<VirtualInstant> Idle(TracedPhase phase, int cpu, out int shown)
    {
        var ticks = new List<long>();
        shown = 0;
        foreach (var pass in _passes.GetValueOrDefault(cpu, []))
        {
            if (pass < phase.Start || pass > phase.End) continue;
            var after = ticks.Count > 0 ? ticks[^1] + Second - Gap : phase.Start;
            var first = pass - Math.Max(0, pass - after) / Second * Second;
            for (var tick = first; tick <= pass; tick += Second) ticks.Add(tick);
            shown++;
        }

        return [.. ticks.Select(tick => new VirtualInstant(tick - phase.Start))];
    }

    /// <summary>How the ticks of a CPU in a phase were fixed, for people.</summary>
    public string Describe(TracedPhase phase, int cpu)
    {
        var ticks = Of(phase, cpu, out var shown);
        if (ticks.IsDefault)
            return $"vmstat tick of CPU {cpu}: not fixed, nothing in the capture shows one; taken once a second";
        var drains = _passes.ContainsKey(cpu) ? $"{shown} of them at drains that show them, the others " : "";
        return $"vmstat tick of CPU {cpu}: {ticks.Length} in the phase, {drains}on the second that the capture's "
            + (_fixedByRuns.Contains(cpu) ? "runs of the fair pass show, fitted once for all phases" : "drains show");
    }

    /// <summary>Part of a second of the pass that the most others follow closely.</summary>
    private static long PhaseOf(List<long> passes) =>
        Part(passes.MaxBy(pass => (passes.Count(other => Part(other - pass) <= Gap), -Part(pass))));

    /// <summary>Tries each instant of the runs that a missing tick may explain, and keeps the best.</summary>
    private void FixByRuns(int cpu, IReadOnlyList<(TracedPhase Phase, FairRuns Runs)> phases)
    {
        var before = Unexplained(phases, int.MaxValue);
        var least = before;
        long? drained = _phaseOf.TryGetValue(cpu, out var shown) ? shown : null;
        var candidates = new HashSet<long>();
        foreach (var (phase, runs) in phases)
        {
            if (runs.Unexplained(Ticks(phase), 1, out var run) == 0) continue;

            // Ticks of other seconds, and of other phases, are to fall between the right allocations, too.
            var (from, to) = (phase.Start + runs.At(run.Reset), phase.Start + runs.At(run.First));
            candidates.UnionWith(phases.SelectMany(other => other.Runs.Instants(cpu).Select(at =>
                    Part(other.Phase.Start + at - BeforeEvent)))
                .Where(part => from + Part(part - from) <= to));
        }

        // What already is unexplained ends a trial soonest.
        phases = [.. phases.OrderByDescending(read => read.Runs.Unexplained(Ticks(read.Phase), 1, out _))];
        // A worker drains soon after its tick, so runs only say where about the drains it is.
        if (drained is { } about) candidates.RemoveWhere(part => Part(part - about + Gap) > 2 * Gap);
        long? best = null;
        foreach (var candidate in candidates.Order())
        {
            _phaseOf[cpu] = candidate;
            var unexplained = Unexplained(phases, least);
            if (unexplained < least) (least, best) = (unexplained, candidate);
        }

        if (before - least < Evidence) best = null;
        _phaseOf.Remove(cpu);
        if (best is not null) _fixedByRuns.Add(cpu);
        if ((best ?? drained) is { } part) _phaseOf[cpu] = part;
    }

    private int Unexplained(IReadOnlyList<(TracedPhase Phase, FairRuns Runs)> phases, int most)
    {
        var sum = 0;
        foreach (var (phase, runs) in phases)
        {
            sum += runs.Unexplained(Ticks(phase), most - sum, out _);
            if (sum >= most) return most;
        }

        return sum;
    }

    private List<ImmutableArray<VirtualInstant>> Ticks(TracedPhase phase) =>
        [.. Enumerable.Range(0, phase.Cpus.Count).Select(cpu => Of(phase, cpu, out _))];

    private static long Part(long nanoseconds) => (nanoseconds % Second + Second) % Second;
}
