using CsCheck;
using Numa.Core.Processes;
using Numa.Workloads.Experiments;

namespace Numa.Tests.Workloads.Experiments;

// Goal: comparing runs of zones gives what comparing single allocations gives. Method: expand both, count.
public class PlacementRunsTests
{
    private static readonly Gen<int[]> Zones =
        Gen.Select(Gen.Int[-1, 2], Gen.Int[1, 6], (zone, count) => Enumerable.Repeat(zone, count)).Array[0, 8]
            .Select(runs => runs.SelectMany(run => run).ToArray());

    [Fact]
    public void Runs_part_where_single_allocations_do() => Zones.Array[1, 4].Sample(arms =>
    {
        var parting = PlacementRuns.Compare([.. arms.Select(Runs)]);
        // A failed allocation has no zone and no number.
        var made = arms.Select(arm => arm.Where(zone => zone >= 0).ToArray()).ToArray();
        var total = made.Max(arm => arm.Length);
        var differing = Enumerable.Range(0, total).Where(i => made.Any(arm => At(arm, i) != At(made[0], i))).ToList();
        Assert.Equal(total, parting.Total);
        Assert.Equal(differing.Count, parting.Differing);
        Assert.Equal(differing.Count == 0 ? null : differing[0], parting.First);
    });

    private static int At(int[] zones, int index) => index < zones.Length ? zones[index] : -1;

    private static ZoneRuns Runs(int[] zones)
    {
        var runs = new ZoneRuns();
        foreach (var zone in zones) runs.Add(zone, 1);
        return runs;
    }
}
