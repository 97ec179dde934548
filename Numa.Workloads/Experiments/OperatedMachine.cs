using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Hotplug;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>A scenario's machine whose memory comes and goes: what becomes of it is known in the run only.</summary>
internal static class OperatedMachine
{
    /// <summary>Whether the scenario needs an operator: with sysctls alone everything is known beforehand.</summary>
    public static bool IsNeeded(Scenario scenario) =>
        scenario.Events.Any(happening => happening.Memory is not null || happening.After is not null);

    /// <summary>Size of the blocks in which its memory goes on and off line.</summary>
    public static PageCount BlockOf(MemoryLayout layout) => MemoryBlockSize.For(
        layout.Limits is { } limits ? limits[limits.Highest].End : default, isVirtual: false);

    /// <summary>Notes what the kernel would refuse whatever the run does.</summary>
    /// <remarks>From the first range on that is to go offline, and with events that wait for a workload, what the
    /// machine is like depends on the run: only what is written to sysctls is known to be refused then.</remarks>
    /// <param name="booted">A machine of its own; it moves on.</param>
    /// <param name="isWhole">All events are there; a missing one leaves open what the later ones find.</param>
    public static void Check(
        Scenario scenario, BootedMachine booted, ProblemList problems, bool isWhole = true)
    {
        var machine = new RunningMachine(booted.Image, booted.Tuning, booted.Memory);
        var block = BlockOf(booted.Layout);
        var isKnown = isWhole && scenario.Events.All(happening => happening.After is null);
        foreach (var happening in scenario.Events)
        {
            if (happening.Write is { } write)
            {
                if (machine.Write(new(write.Name, write.Value), out var refusal) is null)
                    write.Refuse(refusal!, booted.Image.Release, problems);
                continue;
            }

            var (operation, at) = happening.Memory!.Value;
            if (Unfit(operation, block, booted.Layout.Distances.NodeCount) is { } unfit)
            {
                problems.Add(at, unfit.Code, unfit.Why);
                isKnown = false;
                continue;
            }

            isKnown &= operation is not MachineOperation.Offline;
            if (isKnown && Refusal(machine, operation, block) is { } why)
                problems.Add(at, ProblemCodes.Hotplug, why);
        }
    }

    /// <summary>Has the operator carry out the scenario's events.</summary>
    public static SimulationPlan Plan(
        Scenario scenario, BootedMachine booted, ImmutableArray<SimulatedTask> tasks,
        Func<MachineImage, IReadOnlyList<SimulatedTask>, MachineOperator, SimulationPlan> plan)
    {
        var operations = scenario.Events.Select(happening => new PlannedOperation(
            happening.Operation,
            happening.At is { } at ? VirtualInstant.Zero + at : null,
            happening.After is { } after ? tasks.First(task => task.Workload == after.Workload.Value).Id : default,
            happening.After?.Operations ?? 0)).ToImmutableArray();
        var image = MemoryRoom.For(booted.Image, booted.Tuning, operations.Select(planned => planned.Operation));
        image.RequireFreeLists();
        var machine = new RunningMachine(image, booted.Tuning, booted.Memory);
        return plan(image, SignTask.In(tasks, operations), new(machine, operations, BlockOf(booted.Layout)));
    }

    private static (string Code, string Why)? Unfit(MachineOperation operation, PageCount block, int nodes)
    {
        if (operation is MachineOperation.Add add && add.Node.Value >= nodes)
        {
            return (ProblemCodes.Nodes,
                $"hotAdd: node {add.Node} is not possible: the firmware names nodes 0-{nodes - 1}");
        }

        var range = operation switch
        {
            MachineOperation.Add added => added.Range,
            MachineOperation.Remove removed => removed.Range,
            MachineOperation.Online online => online.Range,
            MachineOperation.Offline offline => offline.Range,
            _ => default,
        };
        return range.Start.Value % block.Value == 0 && range.Pages.Value % block.Value == 0 ? null
            : (ProblemCodes.Memory, $"memory comes and goes in blocks of {block.Bytes} on this machine; expected a"
                + " multiple of that for start and size");
    }

    private static string? Refusal(RunningMachine machine, MachineOperation operation, PageCount block)
    {
        string? why = null;
        switch (operation)
        {
            case MachineOperation.Add add:
                machine.Add(add.Node, add.Range, out why);
                break;
            case MachineOperation.Remove remove:
                machine.Remove(remove.Range, out why);
                break;
            case MachineOperation.Online online:
                foreach (var range in MemoryBlockSize.BlocksOf(online.Range, block))
                {
                    if (machine.NodeOf(range) is not { } node)
                        return $"no node has memory from {range.Start} to {range.End}";
                    machine.Online(node, range, online.Type, out why);
                    if (why is not null) return why;
                }

                break;
        }

        return why;
    }
}
