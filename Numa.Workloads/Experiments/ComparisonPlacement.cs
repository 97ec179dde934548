using System.Collections.Immutable;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Where the arms' placements part, allocation by allocation, and where a run first fell back.</summary>
internal static class ComparisonPlacement
{
    /// <returns>Null when the arms did not allocate the same sequences.</returns>
    public static PlacementDifference? Of(ImmutableArray<ComparisonArm> arms)
    {
        var tables = arms.Select(arm => TaskTable.Of(arm.Scenario, arm.Machine)).ToList();
        if (!Comparable(arms, tables)) return null;

        (TaskFacts Task, long First)? soonest = null;
        var (pages, total) = (0L, 0L);
        foreach (var task in tables[0])
        {
            var parting = PlacementRuns.Compare([.. arms.Select(arm => arm.First.Placement[task.Number])]);
            pages += parting.Differing << task.Request.Order.Value;
            total += parting.Total << task.Request.Order.Value;
            if (parting.First is { } first && !(soonest?.First <= first)) soonest = (task, first);
        }

        return new(soonest?.First, soonest?.Task.Workload.Name,
            tables[0].Length > 1 ? soonest?.Task.Number : null, pages, total);
    }

    /// <summary>The first allocation that its walk's first zone did not serve.</summary>
    /// <remarks>Counted over tasks that run one after the other; where several run at once, within the task in which
    /// it comes soonest.</remarks>
    public static FirstFallback? FirstFallback(Scenario scenario, RunRecord run)
    {
        var tasks = TaskTable.Of(scenario, run.Machine);
        if (tasks.Any(task => task.Number >= run.Placement.Length)) return null;
        if (!RunsSingly(scenario, tasks))
        {
            return tasks.Select(task => (task.Number, First: FallbackOf(task, run)))
                .Where(task => task.First is not null).OrderBy(task => task.First)
                .Select(task => new FirstFallback(task.First!.Value, tasks.Length > 1 ? task.Number : null))
                .FirstOrDefault();
        }

        var before = 0L;
        foreach (var workload in WorkloadChain.Of(scenario) ?? [])
        {
            var task = tasks.Single(one => one.Workload == workload);
            if (FallbackOf(task, run) is { } own) return new(before + own, null);
            before += run.Placement[task.Number].Runs.Where(part => part.Zone >= 0).Sum(part => part.Count);
        }

        return null;
    }

    /// <summary>One task at a time: allocations have one order, and numbers count over all of them.</summary>
    public static bool RunsSingly(Scenario scenario, ImmutableArray<TaskFacts> tasks) =>
        tasks.Length == scenario.Workloads.Length && WorkloadChain.Of(scenario) is not null;

    private static long? FallbackOf(TaskFacts task, RunRecord run)
    {
        var slots = RequestWalk.Of(run.Machine, task.Node, task.Request).Slots;
        var number = 0L;
        foreach (var (zone, count) in run.Placement[task.Number].Runs)
        {
            if (zone < 0) continue;
            if (slots.IsEmpty || zone != slots[0]) return number;
            number += count;
        }

        return null;
    }

    private static bool Comparable(ImmutableArray<ComparisonArm> arms, List<ImmutableArray<TaskFacts>> tables)
    {
        for (var arm = 0; arm < arms.Length; arm++)
        {
            if (tables[arm].Length != tables[0].Length
                || tables[arm].Any(task => task.Number >= arms[arm].First.Placement.Length)) return false;
            if (!arms[arm].Machine.Zones.Select(zone => zone.Id)
                .SequenceEqual(arms[0].Machine.Zones.Select(zone => zone.Id))) return false;
            for (var i = 0; i < tables[0].Length; i++)
            {
                var (one, other) = (tables[0][i], tables[arm][i]);
                if (one.Cpu != other.Cpu || one.Request.Order != other.Request.Order) return false;
                // Blocks of many orders: runs do not tell which page count an allocation had.
                if (one.Workload.HasManyOrders) return false;
            }
        }

        return true;
    }
}
