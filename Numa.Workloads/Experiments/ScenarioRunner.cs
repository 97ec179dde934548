using System.Collections.Immutable;
using Numa.Actors.Machine;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Experiments;

/// <summary>Runs a scenario: boots its machine, gives its tasks to actors, and measures.</summary>
public sealed class ScenarioRunner(TimeProvider time)
{
    /// <summary>Key of the seed in the data of an exception that ended a run.</summary>
    public const string SeedKey = "seed";

    /// <summary>Key of the schedule's seed, where the run had one.</summary>
    public const string ScheduleKey = "schedule";

    /// <exception cref="InputException">The scenario does not fit its machine; all problems are in it.</exception>
    /// <exception cref="SimulationFailedException">An actor was lost.</exception>
    public async Task<RunRecord> RunAsync(Scenario scenario, RunOptions options, CancellationToken cancellation)
    {
        var seed = options.Seed ?? scenario.Seed;
        var clock = options.Clock ?? scenario.Clock;
        var booted = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        var plan = ScenarioPlan.Of(scenario, booted, seed, clock, options.Schedule);
        // With a zone for memory that may come, where there is any.
        var machine = plan.Machine.Image;
        var host = HostChoice.Of(options.Host, clock, plan.CpuCount);
        var rounds = HostChoice.Rounds(options.Check, clock);
        var tasks = plan.Tasks;
        var latency = new LatencyHistogram(plan.CpuCount);
        var placement = tasks.Select(_ => new ZoneRuns()).ToArray();
        var samplers = Enumerable.Range(0, options.Samples > 0 ? plan.CpuCount : 0)
            .Select(_ => new AllocationSampler(machine, options.Samples / plan.CpuCount + 1)).ToList();

        void Prepare(CpuProcess cpu)
        {
            latency.Attach(cpu);
            cpu.Placement = placement;
            if (samplers.Count > 0) cpu.Observer = samplers[cpu.Id];
        }

        var began = time.GetTimestamp();
        SimulationOutcome outcome;
        try
        {
            outcome = await SimulationHost.RunAsync(plan, options.Threads, clock == SimulationClock.Virtual, Prepare,
                host == HostKind.Grouped ? options.Threads : 0, time: time, rounds: rounds,
                cancellation: cancellation).ConfigureAwait(false);
            if (options.Check || options.Schedule is not null) Recount(outcome, tasks);
        }
        catch (InvariantBreachException breach)
        {
            breach.Data[SeedKey] = seed;
            breach.Data[ScheduleKey] = options.Schedule;
            throw;
        }

        var wall = time.GetElapsedTime(began).TotalSeconds;
        var hash = RunHash.Of(outcome.Zones, outcome.Cpus, tasks);
        var report = new RunReport(plan, outcome);
        var locality = report.Locality();
        var operations = outcome.Cpus.Sum(cpu => cpu.Counters.Operations);
        var slowPath = report.SlowPath();
        var result = new RunResult(
            scenario.Name, seed, machine.Name, machine.Release.Name,
            machine.Zonelists.Order.ToString().ToLowerInvariant(), !booted.Counterfactuals.IsEmpty,
            clock.ToString().ToLowerInvariant(), host.ToString().ToLowerInvariant(), options.Threads, hash, operations,
            outcome.Cpus.Sum(cpu => cpu.Counters.Allocations), outcome.Cpus.Sum(cpu => cpu.Counters.Frees),
            wall, operations / wall, report.SimulatedNanoseconds,
            locality.LocalShare, locality.MeanDistance, outcome.Cpus.Sum(cpu => cpu.Counters.Fallbacks),
            slowPath?.Operation, outcome.Cpus.Sum(cpu => cpu.Counters.KswapdWakeUps), report.Conserved,
            report.Failures(), latency.Result(outcome.Cpus, plan.Costs), report.Zones(), report.Placement(),
            report.Workloads(), report.Actors(), report.WatermarkEvents(),
            [.. machine.Notes, .. scenario.Notes, .. SlowPathNotes(slowPath, tasks)])
        {
            Impossible = booted.Counterfactuals.IsEmpty ? null : string.Join("; ", booted.Counterfactuals),
            Schedule = options.Schedule,
            PlacementHash = RunHash.OfPlacement(outcome.Zones, outcome.Cpus, tasks),
            Numastat = report.Numastat(),
            Vmstat = report.Vmstat(),
            Lrus = LruReport.Of(outcome.Zones),
            Checked = options.Check,
            Events = report.Events(),
            Pressure = report.Pressure(),
            OomKills = report.OomKills(),
            Reclaim = report.Reclaim(),
            UsedReclaimModel = report.UsedReclaimModel(),
        };
        var contention = ContentionReport.Of(outcome.Zones, options.LongestWaits);
        var record = new RunRecord(machine, result, contention, [.. placement],
            [.. outcome.Zones.Select(zone => zone.Ledger.Taken)])
        {
            Samples = AllocationSampler.Gather(samplers),
        };
        return record with
        {
            Result = result with { FirstFallback = ComparisonPlacement.FirstFallback(scenario, record) },
        };
    }

    /// <summary>Another interleaving is checked as exploring them checks it: what broke there breaks here.</summary>
    private static void Recount(SimulationOutcome outcome, IReadOnlyList<Core.Allocation.SimulatedTask> tasks)
    {
        if (RunCheck.FirstBreach(outcome.Zones, outcome.Cpus, tasks) is { } breach)
            throw new InvariantBreachException(breach.Claim);
    }

    private static IEnumerable<string> SlowPathNotes(
        SlowPathEntry? entry, IReadOnlyList<Core.Allocation.SimulatedTask> tasks)
    {
        if (entry is null) yield break;
        yield return $"slow path first entered by CPU {entry.Cpu}, workload {tasks[entry.Task.Value].Workload}";
    }
}
