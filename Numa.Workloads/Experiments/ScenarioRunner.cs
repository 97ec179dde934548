using System.Collections.Immutable;
using Numa.Actors.Machine;
using Numa.Core.Diagnostics;
using Numa.Core.Rounds;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Runs a scenario: boots its machine, gives its tasks to actors, and measures.</summary>
public sealed class ScenarioRunner(TimeProvider time)
{
    /// <summary>Key of the seed in the data of an exception that ended a run.</summary>
    public const string SeedKey = "seed";

    /// <summary>Key of the schedule's seed, where the run had one.</summary>
    public const string ScheduleKey = "schedule";

    /// <summary>Host of a run without actors.</summary>
    public const string OneThread = "one thread";

    /// <exception cref="InputException">The scenario does not fit its machine; all problems are in it.</exception>
    /// <exception cref="SimulationFailedException">An actor was lost.</exception>
    public async Task<RunRecord> RunAsync(Scenario scenario, RunOptions options, CancellationToken cancellation)
    {
        var run = new RunMeasurement(scenario, options);
        var plan = run.Plan;
        var host = HostChoice.Of(options.Host, run.Clock, plan.CpuCount);
        var rounds = HostChoice.Rounds(options.Check, run.Clock);
        var began = time.GetTimestamp();
        SimulationOutcome outcome;
        try
        {
            outcome = await SimulationHost.RunAsync(plan, options.Threads, run.Clock == SimulationClock.Virtual,
                run.Prepare, host == HostKind.Grouped ? options.Threads : 0, time: time, rounds: rounds,
                cancellation: cancellation).ConfigureAwait(false);
            if (options.Check || options.Schedule is not null) Recount(outcome, plan.Tasks);
        }
        catch (InvariantBreachException breach)
        {
            Name(breach, run.Seed, options);
            throw;
        }

        return run.Record(outcome, host.ToString().ToLowerInvariant(), time.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>Plays a run of virtual time in the calling thread, without any actor: the same run.</summary>
    /// <param name="options">What chooses a host or threads is not looked at.</param>
    /// <exception cref="InputException">The scenario does not fit its machine, or runs under the wall
    /// clock.</exception>
    public RunRecord PlayAlone(Scenario scenario, RunOptions options, CancellationToken cancellation)
    {
        var run = new RunMeasurement(scenario, options);
        Invariant.Holds(run.Clock == SimulationClock.Virtual);
        var (plan, began) = (run.Plan, time.GetTimestamp());
        try
        {
            var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount),
                HostChoice.Rounds(options.Check, run.Clock));
            foreach (var cpu in loop.Cpus) run.Prepare(cpu);
            do cancellation.ThrowIfCancellationRequested();
            while (loop.Step());
            var outcome = new SimulationOutcome([.. loop.Zones], [.. loop.Cpus], loop.Ends.ToImmutableDictionary(),
                [.. loop.Crossings.OrderBy(crossing => crossing.At).ThenBy(crossing => crossing.Zone)], [], loop.Time,
                loop.Rounds);
            if (options.Check || options.Schedule is not null) Recount(outcome, plan.Tasks);
            return run.Record(outcome, OneThread, time.GetElapsedTime(began).TotalSeconds);
        }
        catch (InvariantBreachException breach)
        {
            Name(breach, run.Seed, options);
            throw;
        }
    }

    private static void Name(InvariantBreachException breach, ulong seed, RunOptions options)
    {
        breach.Data[SeedKey] = seed;
        breach.Data[ScheduleKey] = options.Schedule;
    }

    /// <summary>Another interleaving is checked as exploring them checks it: what broke there breaks here.</summary>
    private static void Recount(SimulationOutcome outcome, IReadOnlyList<Core.Allocation.SimulatedTask> tasks)
    {
        if (RunCheck.FirstBreach(outcome.Zones, outcome.Cpus, tasks) is { } breach)
            throw new InvariantBreachException(breach.Claim);
    }
}
