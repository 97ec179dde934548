using Numa.Core.Time;

namespace Numa.Tests.Acceptance;

/// <summary>What a block of 2 MiB costs under the lock of its zone.</summary>
public class HugePageHoldTests
{
    // Every struct page of the block is checked there where it is taken directly in 4.7 to 5.18, and where it refills a
    // pageset in 5.14 to 6.2; elsewhere the first alone is touched.
    [Theory]
    [InlineData("4.4", "direct", false)]
    [InlineData("4.9", "direct", true)]
    [InlineData("4.14", "direct", true)]
    [InlineData("6.1", "refill", true)]
    [InlineData("6.12", "refill", false)]
    public async Task Its_tails_are_checked_under_the_lock_by_release(string kernel, string cause, bool checks)
    {
        var run = await Runs.OfTextAsync($$$"""
            machine: {name: one, kernel: "{{{kernel}}}", nodes: [{memory: 8GiB, cpus: 0}]}
            costs: {holdPerTail: 1000000}
            workloads: {huge: {kind: toggle, cpus: 0, mix: bulk, slots: 64, operations: 64, order: 9}}
            """, new());
        var visits = run.Contention.Causes.Single(one => one.Zone == "0:Normal" && one.Cause == cause);
        var tails = visits.Pages - visits.Pages / 512;
        Assert.Equal(checks ? tails : 0, visits.HoldNanoseconds / 1_000_000);
    }

    // A batch that is given holds for all zones, and for refills and drains alike; the mark follows as before 5.14.
    [Theory]
    [InlineData("4.9", "{batch: 40}", 40, 240)]
    [InlineData("6.12", "{batch: 127, high: 254}", 127, 254)]
    public async Task Pagesets_may_have_a_size_that_no_release_computes(
        string kernel, string pagesets, int batch, int high)
    {
        var run = await Runs.OfTextAsync($$$"""
            machine: {name: one, kernel: "{{{kernel}}}", nodes: [{memory: 8GiB, cpus: 0}]}
            pagesets: {{{pagesets}}}
            workloads: {small: {kind: storm, cpus: 0, workingSet: 16MiB, operations: 20000}}
            """, new());
        Assert.All(run.Machine.Zones, zone => Assert.Equal((batch, high),
            (zone.Tuning.Pageset.Batch, zone.Tuning.Pageset.HighMin)));
        var refills = run.Contention.Causes.Single(one => one.Zone == "0:Normal" && one.Cause == "refill");
        Assert.Equal(batch, refills.Pages / refills.Visits);
        Assert.Contains(run.Result.Notes, note => note.Contains($"batch {batch} and high {high}"));
    }
}
