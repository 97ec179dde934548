using System.Collections.Concurrent;
using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;

namespace Numa.Workloads.Experiments;

/// <summary>Plays many interleavings of one plan, checks each, and traces the first that breaks back to its
/// cause.</summary>
/// <param name="plan">Makes the plan afresh for a schedule (null for none), cut off at an instant (null for the plan's
/// own end).</param>
/// <param name="prepare">Called for each run before it begins, to attach observers; from several threads at
/// once.</param>
public sealed class ScheduleExplorer(
    Func<ulong?, VirtualInstant?, SimulationPlan> plan, Action<RoundLoop>? prepare = null)
{
    /// <summary>Plays schedules 1, 2, 3 and so on, and before them the run that nothing perturbs.</summary>
    /// <param name="threads">Runs side by side; the result does not depend on it.</param>
    /// <param name="report">Told what is being done, and how much of it is done: 0..1.</param>
    /// <param name="cancellation">Once the unperturbed run is over, what was done by then is kept.</param>
    public Exploration Explore(
        int schedules, int threads, Action<string, double> report, CancellationToken cancellation)
    {
        var unperturbed = Outcome(null, cancellation);
        var outcomes = new ScheduleOutcome?[schedules];
        var done = 0;
        try
        {
            Parallel.ForEach(
                // One at a time and in order: interrupted, what is done is the first so many.
                Partitioner.Create(Enumerable.Range(0, schedules), EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
                index =>
                {
                    outcomes[index] = Outcome((ulong)index + 1, cancellation);
                    report($"{Interlocked.Increment(ref done)} of {schedules} schedules", (double)done / schedules);
                });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }

        var ended = outcomes.OfType<ScheduleOutcome>().ToImmutableArray();
        var broken = ended.Prepend(unperturbed).FirstOrDefault(outcome => !outcome.Holds);
        return new(schedules, unperturbed, ended, broken is null ? null : Trace(broken, report, cancellation));
    }

    private ScheduleOutcome Outcome(ulong? schedule, CancellationToken cancellation) =>
        ScheduleOutcome.Of(schedule, Play(schedule, null, false, cancellation));

    private ScheduledRun Play(
        ulong? schedule, VirtualInstant? until, bool keepsTrail, CancellationToken cancellation) =>
        ScheduledRun.Play(plan(schedule, until), prepare, keepsTrail, cancellation);

    private ScheduleBreak Trace(ScheduleOutcome broken, Action<string, double> report, CancellationToken cancellation)
    {
        try
        {
            var whole = Play(broken.Schedule, null, false, cancellation);
            var until = ShortestPrefix(broken.Schedule, whole.End, report, cancellation);
            var prefix = Play(broken.Schedule, until, true, cancellation);
            Invariant.Holds(prefix.Breach is not null, "a schedule that breaks does so again");
            var zone = prefix.Breach.Zone;
            return new(broken.Schedule, prefix.Breach.Check, prefix.Breach.Claim,
                zone is { } slot ? whole.Plan.Machine.Zones[slot].Id.ToString() : null,
                new(until.Nanoseconds, prefix.Operations, whole.End.Nanoseconds, whole.Operations,
                    prefix.Trail!.Around(zone)));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new(broken.Schedule, broken.Breach!.Check, broken.Breach.Claim, null, null);
        }
    }

    /// <summary>Halves the time between a cut that does not break and one that does, until they are
    /// neighbours.</summary>
    /// <remarks>Runs are cut off where no operation begins any more, so a shorter one is the beginning of a
    /// longer.</remarks>
    private VirtualInstant ShortestPrefix(
        ulong? schedule, VirtualInstant whole, Action<string, double> report, CancellationToken cancellation)
    {
        var (holds, breaks) = (0L, whole.Nanoseconds);
        while (breaks - holds > 1)
        {
            report($"schedule {schedule} breaks: cut at {breaks} ns it still does",
                1 - Math.Log2(breaks - holds) / Math.Log2(whole.Nanoseconds));
            var middle = holds + (breaks - holds) / 2;
            if (Play(schedule, new(middle), false, cancellation).Breach is null) holds = middle;
            else breaks = middle;
        }

        return new(breaks);
    }
}
