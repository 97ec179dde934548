using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Text;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Explaining;

/// <summary>The first allocation of a run that failed: a run finds it, another writes its walk down.</summary>
/// <param name="Workload">Only failures of this workload; null for those of any.</param>
/// <param name="Seed">Seed of the run.</param>
public sealed record FailureQuestion(string? Workload, ulong Seed)
{
    /// <exception cref="InputException">There is no such workload, or nothing of it failed.</exception>
    public ExplainedPage Ask(Scenario scenario, CancellationToken cancellation)
    {
        var names = scenario.Workloads.Select(workload => workload.Name).ToList();
        if (Workload is not null && !names.Contains(Workload))
            throw Wrong($"the scenario has no workload '{Workload}'{NearestName.Hint(Workload, names)}");

        var (found, booted, _) = Play(scenario);
        var watch = new FirstFailures(Workload);
        foreach (var cpu in found.Cpus) cpu.Observer = watch;
        while (found.Step()) cancellation.ThrowIfCancellationRequested();
        if (watch.Earliest is not { } failed)
            throw Wrong(Workload is null ? "no allocation of the run failed" : $"no allocation of {Workload} failed");

        var (again, _, plan) = Play(scenario);
        var task = plan.Tasks[failed.Task];
        var recorder = new WalkRecorder([task], failed.PagesBefore) { KeepsFirst = true };
        again.Cpus[task.Cpu.Value].Recorder = recorder;
        while (recorder.Walk is null)
        {
            cancellation.ThrowIfCancellationRequested();
            Invariant.Holds(again.Step(), "a run made again fails at the same allocation");
        }

        Invariant.Holds(recorder.Walk.Failure is not null, "a run made again fails at the same allocation");
        return new(booted, recorder.Walk, scenario.Name, Seed, task.Workload);
    }

    private (RoundLoop Loop, BootedMachine Booted, SimulationPlan Plan) Play(Scenario scenario)
    {
        var booted = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        var plan = ScenarioPlan.Of(scenario, booted, Seed, SimulationClock.Virtual);
        return (new(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount)), booted, plan);
    }

    private static InputException Wrong(string problem) =>
        new([new(new("--first-failure", 0, 0), ProblemCodes.Range, problem)]);

    /// <summary>Keeps the failure that ended first; of one instant that of the lowest CPU.</summary>
    private sealed class FirstFailures(string? workload) : IAllocationObserver
    {
        public (VirtualInstant At, int Cpu, int Task, long PagesBefore)? Earliest { get; private set; }

        public void Allocated(
            int cpu, SimulatedTask task, AllocationRequest request, long number, VirtualInstant begin,
            VirtualInstant end, int zone, bool fellBack, long lockWait, IReadOnlyList<ZoneRefusal> tried)
        {
            if (zone >= 0 || (workload is not null && task.Workload != workload)) return;
            if (Earliest is { } known && (known.At, known.Cpu).CompareTo((end, cpu)) <= 0) return;
            Earliest = (end, cpu, task.Id.Value, task.Allocations - task.Failures);
        }
    }
}
