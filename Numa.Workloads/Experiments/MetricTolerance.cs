using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.Experiments;

/// <summary>How far a run may lie from arithmetic that knows neither pagesets nor counter drift. Unit: pages.</summary>
/// <remarks>The largest refill for each page list that was used, one per CPU and kind of request: one batch, and up
/// to 32 where releases double it; or, where that is more, the refills that a CPU's counter hides before it is
/// folded, as checks read the folded count. A zone that takes the rest of a demand lies off by what all the others do
/// together. Of machines that differ, the widest counts.</remarks>
internal sealed record MetricTolerance(ImmutableArray<MachineImage> Machines, int Lists, long BlockPages)
{
    /// <param name="machines">The machine of each arm; slots are those of the first.</param>
    /// <param name="tasks">The tasks of each arm.</param>
    public static MetricTolerance Of(
        IEnumerable<MachineImage> machines, IReadOnlyCollection<ImmutableArray<TaskFacts>> tasks) => new(
        [.. machines],
        tasks.Max(arm => arm.Select(task => (task.Cpu, task.Request.Type, task.Request.Order)).Distinct().Count()),
        1L << tasks.SelectMany(arm => arm).Select(task => task.Request.Order.Value).DefaultIfEmpty().Max());

    /// <summary>Of pages that a zone gave.</summary>
    public long Pages(int slot) => Lists * Math.Max(BlockPages, Math.Max(Batch(slot), Hidden(slot)));

    /// <summary>Of free pages: what a pageset holds and what a counter hides add up.</summary>
    public long Free(int slot) => Lists * Math.Max(BlockPages, Batch(slot) + Hidden(slot));

    /// <summary>Of pages that a zone gave, with what it gave in the place of others.</summary>
    public long Pages(int slot, IEnumerable<PlacementPrediction> predictions) => Math.Max(Pages(slot), predictions
        .Where(prediction => prediction.Zones[slot].TakesRest)
        .Select(prediction => Enumerable.Range(0, prediction.Zones.Length)
            .Where(other => other != slot && prediction.Zones[other].Pages > 0).Sum(Pages))
        .DefaultIfEmpty().Max());

    public long LargestPages => Enumerable.Range(0, Machines[0].Zones.Length).Max(Pages);

    public long AllZones => Enumerable.Range(0, Machines[0].Zones.Length).Sum(Pages);

    private long Batch(int slot) => Widest(slot, (machine, zone) =>
        zone.Tuning.Pageset.LargestRefill(machine.Release.PagesetSizing));

    private long Hidden(int slot) => Widest(slot, (_, zone) =>
        zone.Tuning.StatThreshold / zone.Tuning.Pageset.Batch * zone.Tuning.Pageset.Batch);

    private long Widest(int slot, Func<MachineImage, ZoneImage, long> pages)
    {
        var id = Machines[0].Zones[slot].Id;
        return Machines.Max(machine => machine.Zones.Where(zone => zone.Id == id)
            .Select(zone => pages(machine, zone)).DefaultIfEmpty().Max());
    }
}
