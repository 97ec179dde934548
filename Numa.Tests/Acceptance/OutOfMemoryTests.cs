using Numa.Core.Text.Reports;
using Numa.Tests.Workloads;

namespace Numa.Tests.Acceptance;

// Machines that run out of memory, as a user runs them.
public class OutOfMemoryTests
{
    private static readonly string Text =
        File.ReadAllText(Path.Combine(ScenarioTexts.Configs, "scenarios", "out-of-memory.yaml"));

    [Fact]
    public async Task A_bound_service_dies_beside_a_free_node_and_the_largest_when_all_is_full()
    {
        var run = await Runs.OfTextAsync(Text, new() { Check = true });
        var result = run.Result;
        Assert.True(result.Conserved);
        Assert.Equal(["exited", "killed", "killed"], result.Workloads.Select(workload => workload.End));
        Assert.Equal([("service", "memory policy", "service"), ("database", "none", "database")],
            result.OomKills.Select(kill => (kill.Workload, kill.Constraint, kill.Victim!)));
        Assert.All(result.OomKills[0].Tried, tried => Assert.Equal("1:DMA32", tried.Zone));
        // Files went first, all of them, and nobody died for them.
        Assert.Equal(786_432, result.Reclaim!.ByKswapd + result.Reclaim.ByTasks);
        Assert.True(result.OomKills[0].Nanoseconds > result.Workloads[0].FinishedNanoseconds);
        Assert.All(result.Zones, zone => Assert.Equal(zone.FreeAtStartPages, zone.FreePages + zone.PagesetPages));
    }

    // What is logged can be read again, and says the same.
    [Fact]
    public async Task The_log_is_one_that_kernels_write()
    {
        var run = await Runs.OfTextAsync(Text, new());
        var log = run.Result.OomKills.SelectMany(kill => kill.Log).ToList();
        var (reports, problems) = MemoryReportReader.Read("dmesg.txt", string.Join('\n', log));
        Assert.Empty(problems);
        Assert.Equal(log, reports.SelectMany(report => MemoryReportWriter.Lines(report)));
        Assert.Equal(["CONSTRAINT_MEMORY_POLICY", "CONSTRAINT_NONE"], reports.Select(report => report.Constraint));
        Assert.Equal(["1", "(null)"], reports.Select(report => report.Nodemask));
        // Of the zones that the service may use, one is too small for it, and the report shows no other.
        Assert.Equal(["1:DMA32"], reports[0].Memory!.Zones.Select(zone => zone.Zone.ToString()));
    }

    // Row "lowmem reserve" with reclaim at work: the killer strikes at reserve + min, and DMA is untouched.
    [Fact]
    public async Task The_lowmem_reserve_holds_until_the_killer_strikes()
    {
        var run = await Runs.OfTextAsync("""
            machine: ../machines/notes-32g.yaml
            occupied: [{zone: "0:Normal", leave: 30000}]
            workloads:
              program: {kind: fill, cpus: 0, size: unlimited, gfp: GFP_HIGHUSER}
            """, new());
        var kill = Assert.Single(run.Result.OomKills);
        var atHigh = kill.Tried.Single(zone => (zone.Zone, zone.Mark) == ("0:DMA32", "high"));
        Assert.InRange(atHigh.AvailablePages, 30181 + 956 - 2 * 31, 30181 + 956);
        Assert.Equal(3973, kill.Tried.Single(zone => (zone.Zone, zone.Mark) == ("0:DMA", "high")).AvailablePages);
        var report = MemoryReportReader.Read("log", string.Join('\n', kill.Log)).Reports.Single();
        Assert.Equal([0L, 1813, 31994, 31994], report.Memory!.Zones[0].LowmemReserve.AsEnumerable());
    }

    // The larger program dies, unless an adjustment speaks against it, or for the other.
    [Theory]
    [InlineData(0, 0, "large")]
    [InlineData(1000, 0, "small")]
    [InlineData(0, -1000, "small")]
    public async Task The_victim_is_chosen_by_size_and_adjustment(int small, int large, string victim)
    {
        var run = await Runs.OfTextAsync($$"""
            machine: {name: one, kernel: "6.1", nodes: [{memory: 512MiB, cpus: 0-1}]}
            duration: 500ms
            workloads:
              small: {kind: toggle, cpus: 0, slots: 20000, mix: bulk, operations: 1000000, think: 1us,
                oomScoreAdj: {{small}}}
              large: {kind: fill, cpus: 1, size: unlimited, oomScoreAdj: {{large}}}
            """, new());
        Assert.Equal(victim, run.Result.OomKills[0].Victim);
    }

    // zone_reclaim_mode gives up the near node's page cache before it takes a page of the far one.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Zone_reclaim_mode_stays_on_the_node(int mode)
    {
        var run = await Runs.OfTextAsync($$"""
            machine:
              name: two
              kernel: "6.1"
              nodes: [{memory: 512MiB, cpus: 0}, {memory: 2GiB, cpus: 1}]
            sysctls: {vm.zone_reclaim_mode: {{mode}}}
            workloads:
              readers: {kind: fill, cpus: 0, size: 1GiB, lru: file}
            """, new());
        var remote = run.Result.Placement.Where(placed => placed.Zone.StartsWith("1:", StringComparison.Ordinal))
            .Sum(placed => placed.Pages);
        if (mode == 0) Assert.True(remote > 100_000, $"{remote}");
        // What is reclaimed may still lie in the pageset when the mark is looked at again.
        else Assert.InRange(remote, 0, 1_000);
        Assert.Equal(mode == 1, run.Result.Reclaim is { NearNodes: > 100_000 });
    }
}
