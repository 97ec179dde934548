using System.Collections.Immutable;
using Numa.Core.Boot;

namespace Numa.Workloads.Experiments;

/// <summary>How far a run may lie from arithmetic that knows neither pagesets nor counter drift. Unit: pages.</summary>
/// <remarks>One batch for each CPU that allocated; or, where that is more, the refills that a CPU's counter hides
/// before it is folded, as checks read the folded count. A zone that takes the rest of a demand lies off by what all
/// the others do together.</remarks>
internal sealed record MetricTolerance(MachineImage Machine, int Cpus, long BlockPages)
{
    public static MetricTolerance Of(MachineImage machine, ImmutableArray<TaskFacts> tasks) => new(
        machine,
        tasks.Select(task => task.Cpu).Distinct().Count(),
        1L << tasks.Select(task => task.Request.Order.Value).DefaultIfEmpty().Max());

    /// <summary>Of pages that a zone gave.</summary>
    public long Pages(int slot) => Cpus * Math.Max(BlockPages, Math.Max(Batch(slot), Hidden(slot)));

    /// <summary>Of free pages: what a pageset holds and what a counter hides add up.</summary>
    public long Free(int slot) => Cpus * Math.Max(BlockPages, Batch(slot) + Hidden(slot));

    /// <summary>Of pages that a zone gave, with what it gave in the place of others.</summary>
    public long Pages(int slot, IEnumerable<PlacementPrediction> predictions) => Math.Max(Pages(slot), predictions
        .Where(prediction => prediction.Zones[slot].TakesRest)
        .Select(prediction => Enumerable.Range(0, prediction.Zones.Length)
            .Where(other => other != slot && prediction.Zones[other].Pages > 0).Sum(Pages))
        .DefaultIfEmpty().Max());

    public long LargestPages => Enumerable.Range(0, Machine.Zones.Length).Max(Pages);

    public long AllZones => Enumerable.Range(0, Machine.Zones.Length).Sum(Pages);

    private long Batch(int slot) => Machine.Zones[slot].Tuning.Pageset.Batch;

    private long Hidden(int slot) => Machine.Zones[slot].Tuning.StatThreshold / Batch(slot) * Batch(slot);
}
