using System.Collections.Immutable;
using Numa.Actors.Machine;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Watches one run of a scenario and makes its record when it has ended, whoever plays it.</summary>
internal sealed class RunMeasurement
{
    private readonly Scenario _scenario;
    private readonly RunOptions _options;
    private readonly BootedMachine _booted;
    private readonly LatencyHistogram _latency;
    private readonly ZoneRuns[] _placement;
    private readonly List<AllocationSampler> _samplers;

    /// <exception cref="Core.Diagnostics.InputException">The scenario does not fit its machine; all problems are in
    /// it.</exception>
    public RunMeasurement(Scenario scenario, RunOptions options)
    {
        (_scenario, _options) = (scenario, options);
        Seed = options.Seed ?? scenario.Seed;
        Clock = options.Clock ?? scenario.Clock;
        _booted = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        Plan = ScenarioPlan.Of(scenario, _booted, Seed, Clock, options.Schedule);
        _latency = new(Plan.CpuCount);
        _placement = [.. Plan.Tasks.Select(_ => new ZoneRuns())];
        _samplers = [.. Enumerable.Range(0, options.Samples > 0 ? Plan.CpuCount : 0)
            .Select(_ => new AllocationSampler(Plan.Machine.Image, options.Samples / Plan.CpuCount + 1))];
    }

    public SimulationPlan Plan { get; }

    public ulong Seed { get; }

    public SimulationClock Clock { get; }

    /// <summary>Attaches what observes a CPU, before it runs.</summary>
    public void Prepare(CpuProcess cpu)
    {
        _latency.Attach(cpu);
        cpu.Placement = _placement;
        if (_samplers.Count > 0) cpu.Observer = _samplers[cpu.Id];
    }

    /// <param name="host">What played the run.</param>
    /// <param name="wallSeconds">What it took.</param>
    public RunRecord Record(SimulationOutcome outcome, string host, double wallSeconds)
    {
        // With a zone for memory that may come, where there is any.
        var machine = Plan.Machine.Image;
        var hash = RunHash.Of(outcome.Zones, outcome.Cpus, Plan.Tasks);
        var report = new RunReport(Plan, outcome);
        var locality = report.Locality();
        var operations = outcome.Cpus.Sum(cpu => cpu.Counters.Operations);
        var slowPath = report.SlowPath();
        var result = new RunResult(
            _scenario.Name, Seed, machine.Name, machine.Release.Name,
            machine.Zonelists.Order.ToString().ToLowerInvariant(), !_booted.Counterfactuals.IsEmpty,
            Clock.ToString().ToLowerInvariant(), host, _options.Threads, hash, operations,
            outcome.Cpus.Sum(cpu => cpu.Counters.Allocations), outcome.Cpus.Sum(cpu => cpu.Counters.Frees),
            wallSeconds, operations / wallSeconds, report.SimulatedNanoseconds,
            locality.LocalShare, locality.MeanDistance, outcome.Cpus.Sum(cpu => cpu.Counters.Fallbacks),
            slowPath?.Operation, outcome.Cpus.Sum(cpu => cpu.Counters.KswapdWakeUps), report.Conserved,
            report.Failures(), _latency.Result(outcome.Cpus, Plan.Costs), report.Zones(), report.Placement(),
            report.Workloads(), report.Actors(), report.WatermarkEvents(),
            [.. machine.Notes, .. _scenario.Notes, .. SlowPathNotes(slowPath)])
        {
            Impossible = _booted.Counterfactuals.IsEmpty ? null : string.Join("; ", _booted.Counterfactuals),
            Schedule = _options.Schedule,
            PlacementHash = RunHash.OfPlacement(outcome.Zones, outcome.Cpus, Plan.Tasks),
            Numastat = report.Numastat(),
            Vmstat = report.Vmstat(),
            Lrus = LruReport.Of(outcome.Zones),
            Checked = _options.Check,
            Events = report.Events(),
            Pressure = report.Pressure(),
            OomKills = report.OomKills(),
            Reclaim = report.Reclaim(),
            UsedReclaimModel = report.UsedReclaimModel(),
            PlacementBasis = SeedRules.PlacementFollowsRules(_scenario, machine) && Clock == SimulationClock.Virtual
                ? MetricBasis.Exact
                : MetricBasis.Model,
        };
        var record = new RunRecord(machine, result, ContentionReport.Of(outcome.Zones, _options.LongestWaits),
            [.. _placement], [.. outcome.Zones.Select(zone => zone.Ledger.Taken)])
        {
            Samples = AllocationSampler.Gather(_samplers),
        };
        return record with
        {
            Result = result with { FirstFallback = ComparisonPlacement.FirstFallback(_scenario, record) },
        };
    }

    private IEnumerable<string> SlowPathNotes(SlowPathEntry? entry)
    {
        if (entry is null) yield break;
        yield return $"slow path first entered by CPU {entry.Cpu}, workload {Plan.Tasks[entry.Task.Value].Workload}";
    }
}
