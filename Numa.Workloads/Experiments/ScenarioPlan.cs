using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Experiments;

/// <summary>Makes of a scenario and its booted machine what a host plays.</summary>
public static class ScenarioPlan
{
    /// <param name="booted">Its tuning moves on with what the scenario writes in mid-run.</param>
    /// <param name="schedule">Seed of another interleaving, which only virtual time can have; null for none.</param>
    /// <exception cref="InputException">The scenario does not fit its machine; all problems are in it.</exception>
    public static SimulationPlan Of(
        Scenario scenario, BootedMachine booted, ulong seed, SimulationClock clock, ulong? schedule = null)
    {
        booted.Image.RequireFreeLists();
        var problems = new ProblemList();
        if (clock == SimulationClock.Wall && schedule is not null)
        {
            problems.Add(new("--schedule", 0, 0), ProblemCodes.Conflict,
                "a schedule is one of virtual time, and the clock is wall; expected --clock virtual");
        }

        if (clock == SimulationClock.Wall) RefuseEndless(scenario, problems);
        // Of a described machine the reader knew them.
        if (scenario.Machine is not DescribedMachine)
            MachineFit.CheckCpus(scenario, booted.Image.Cpus, [], problems);
        var occupied = Occupied(scenario.Occupied, booted, problems);
        var isOperated = OperatedMachine.IsNeeded(scenario);
        if (isOperated)
            OperatedMachine.Check(scenario, MachineBoot.Boot(scenario.Machine, scenario.Boot, []), problems);
        var events = isOperated ? [] : Events(scenario, booted, problems);
        scenario = PolicyFit.On(booted.Image, scenario, problems);
        problems.ThrowIfAny();
        scenario = scenario with { Workloads = [.. scenario.Workloads.Select(one => one.On(booted.Image))] };
        var costs = CostOverrides.Apply(CostModel.Default, scenario.Costs) with { ScheduleSeed = schedule };
        var tasks = WorkloadPlan.Build(scenario, booted.Image.Cpus, new(seed));
        var horizon = scenario.Duration is { } duration && clock == SimulationClock.Virtual
            ? VirtualInstant.Zero + duration
            : VirtualInstant.Never;
        SimulationPlan On(MachineImage image, IReadOnlyList<SimulatedTask> who, MachineOperator? how) => new(
            image, who, clock == SimulationClock.Virtual ? costs : CostModel.Wall, horizon, occupied, events)
        {
            Operator = how,
            Reclaim = scenario.Reclaim,
        };
        return isOperated ? OperatedMachine.Plan(scenario, booted, tasks, On) : On(booted.Image, tasks, null);
    }

    /// <summary>A duration is one of virtual time: under the wall clock it ends nothing.</summary>
    private static void RefuseEndless(Scenario scenario, ProblemList problems)
    {
        foreach (var endless in scenario.Workloads.Where(workload => workload.IsEndless))
        {
            problems.Add(endless.Basis.At, ProblemCodes.MissingKey,
                $"workload '{endless.Name}' never ends under the wall clock: what it does is unlimited, and the"
                + " scenario's duration is one of virtual time; expected a number, or the workload's own duration");
        }
    }

    /// <summary>What each write in mid-run makes of the machine, one after the other.</summary>
    private static ImmutableArray<MachineEvent> Events(Scenario scenario, BootedMachine booted, ProblemList problems)
    {
        var machine = new RunningMachine(booted.Image, booted.Tuning, booted.Memory);
        var events = ImmutableArray.CreateBuilder<MachineEvent>();
        foreach (var happening in scenario.Events)
        {
            var (at, write) = (happening.At!.Value, happening.Write!);
            if (machine.Write(new(write.Name, write.Value), out var refusal) is { } change)
                events.Add(new(VirtualInstant.Zero + at, change));
            else
                write.Refuse(refusal!, booted.Image.Release, problems);
        }

        return events.ToImmutable();
    }

    /// <summary>Occupied pages as the machine's own marks and zones give them.</summary>
    internal static ImmutableArray<Core.Processes.Occupation> Occupied(
        IEnumerable<Scenarios.Occupation> wishes, BootedMachine booted, ProblemList problems)
    {
        var occupied = ImmutableArray.CreateBuilder<Core.Processes.Occupation>();
        foreach (var wanted in wishes)
        {
            var zone = booted.Image.Zones.FirstOrDefault(zone => zone.Id == wanted.Zone.Value);
            if (zone is null)
            {
                problems.Add(wanted.Zone.At, ProblemCodes.Memory,
                    $"the machine has no zone {wanted.Zone.Value}; it has"
                    + $" {string.Join(" ", booted.Image.Zones.Select(known => known.Id))}");
                continue;
            }

            var leave = wanted.Mark is { } mark ? zone.Tuning.Marks[mark] : wanted.Pages ?? PageCount.Zero;
            occupied.Add(new(zone.Id, leave));
        }

        return occupied.ToImmutable();
    }
}
