using Numa.Core.Addressing;
using Numa.Core.Text.Reports;
using Numa.Tests.Core.Text.Reports;
using Numa.Workloads.Explaining;

namespace Numa.Tests.Workloads.Explaining;

public sealed class ReportQuestionTests
{
    private static ExplainedReport Explain(string log, int which = 0) =>
        ReportQuestion.Explain(MemoryReportTests.Read(MemoryReportTests.Log(log))[which]);

    private static (string, bool, long, long) Short(ReportedZone zone) =>
        (zone.Zone, zone.IsPermitted, zone.Available, zone.Needed);

    // Every zone of every real report fails by the rules of its release: the kernel had no choice.
    [Theory]
    [InlineData("4.4.178-tracefrag-1node-1g", 0, "0:DMA 1000 1001 0:DMA32 976 997")]
    [InlineData("6.1-trace-1node-1g", 0, "0:DMA 953 955 0:DMA32 928 939")]
    [InlineData("6.1-trace-2node-1g", 0, "0:DMA 956 957 0:DMA32 640 666")]
    [InlineData("6.1-trace-2node-1g", 1, "0:DMA 957 957 0:DMA32 642 666 1:DMA32 644 1217")]
    [InlineData("6.12-trace-1node-1g", 0, "0:DMA 961 962 0:DMA32 486 943")]
    [InlineData("6.12-trace-smallnode0", 0, "0:DMA 322 336 0:DMA32 47 784")]
    [InlineData("6.12-trace-smallnode0", 1, "0:DMA 305 336 0:DMA32 563 784 1:DMA32 814 1354")]
    public void A_real_report_is_justified_by_its_numbers(string log, int which, string zones)
    {
        var explained = Explain(log, which);
        Assert.True(explained.IsJustified);
        Assert.Equal(zones, string.Join(' ', explained.Zones.Select(zone =>
            $"{zone.Zone} {zone.Available} {zone.Needed}")));
        Assert.EndsWith("so the OOM killer struck.", explained.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_and_what_is_free_elsewhere_are_told()
    {
        var explained = Explain("6.1-trace-2node-1g");
        Assert.Equal("a memory policy permits nodes 0 only", explained.Constraint);
        Assert.Contains("239162 pages are free in zones that the request may not use", explained.Notes);
        Assert.Equal("init (255), 56 MiB resident, oom_score_adj 1000; init (254) is larger, oom_score_adj -1000",
            explained.Kill);
    }

    // Only 32 bit has HighMem, and its columns are DMA, Normal, HighMem, Movable: by those of 64 bit Normal would have
    // to keep nothing, and be above min.
    [Fact]
    public void A_report_with_HighMem_is_read_by_the_rules_of_32_bit()
    {
        var report = MemoryReportTests.Read(MemoryReportTests.Log("4.4.178-tracefrag-1node-1g"))[0];
        var normal = report.Memory!.Zones[1];
        normal = normal with
        {
            Zone = new(normal.Zone.Node, ZoneKind.Normal), LowmemReserve = [0, 0, 25600, 25600],
            Pages = normal.Pages.SetItem("free", 20_000),
        };
        var high = normal with
        {
            Zone = new(normal.Zone.Node, ZoneKind.HighMem), LowmemReserve = [0, 0, 0, 0],
            Pages = normal.Pages.SetItem("free", 0),
        };
        report = report with
        {
            Gfp = new(0x2, "GFP_HIGHUSER"), Memory = report.Memory with { Zones = [normal, high] },
        };
        var explained = ReportQuestion.Explain(report);
        Assert.Contains("zones up to HighMem", explained.Request, StringComparison.Ordinal);
        Assert.True(explained.IsJustified);
        Assert.Equal(25_600 + normal.Of("min"), explained.Zones[0].Needed);
    }

    // Enough pages, 8 KiB at most in one block; then a block that only atomic requests may take.
    [Fact]
    public void Fragmentation_is_told_where_pages_suffice_and_blocks_do_not()
    {
        var report = MemoryReportTests.Read(MemoryReportTests.Log("6.1-trace-1node-1g"))[0];
        var zone = report.Memory!.Zones[1];
        zone = zone with
        {
            Pages = zone.Pages.SetItem("free", 5000), Orders = [new(3000, "UM"), new(1000, "M"), new(9, "H")],
        };
        report = report with
        {
            Cause = ReportCause.Failure, Order = 2, Gfp = new(0xcc0, "GFP_KERNEL"),
            Memory = report.Memory with { Zones = [zone] },
        };
        var explained = ReportQuestion.Explain(report);
        Assert.Equal("Fragmentation: 0:DMA32 has 4997 pages that count and must keep 939 at min, but no free block of "
            + "order 2 that the request may take, so the allocation failed.", explained.Answer);
        Assert.True(explained.IsJustified);
        report = report with { Order = 1 };
        explained = ReportQuestion.Explain(report);
        Assert.False(explained.IsJustified);
        Assert.StartsWith("The numbers do not say why the allocation failed: 0:DMA32", explained.Answer,
            StringComparison.Ordinal);
    }

    // GFP_ATOMIC may go below min, by half and a quarter of the rest; GFP_DMA sees no lowmem reserve in DMA.
    [Theory]
    [InlineData("GFP_KERNEL", true, 955, true, 939)]
    [InlineData("GFP_ATOMIC", true, 947, true, 353)]
    [InlineData("GFP_KERNEL|GFP_DMA", true, 14, false, 0)]
    public void What_a_zone_must_keep_depends_on_the_flags(
        string gfp, bool dma, long dmaNeeds, bool dma32, long dma32Needs)
    {
        var report = MemoryReportTests.Read(MemoryReportTests.Log("6.1-trace-1node-1g"))[0];
        var zones = ReportQuestion.Explain(report with { Gfp = new(0, gfp) }).Zones;
        Assert.Equal(("0:DMA", dma, 953L, dmaNeeds), Short(zones[0]));
        Assert.Equal((dma32, dma32 ? dma32Needs : zones[1].Needed), (zones[1].IsPermitted, zones[1].Needed));
    }

    [Fact]
    public void A_memory_cgroup_is_a_limit_and_no_zone()
    {
        const string log = """
            [ 1234.567890] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
            [ 1234.567900] memory: usage 1048576kB, limit 1048576kB, failcnt 77
            [ 1234.567910] Tasks state (memory values in pages):
            [ 1234.567911] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
            [ 1234.567912] [   4242]  1000  4242  1114528   260000   688128        0             0 java
            [ 1234.567913] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,oom_memcg=/pod7,task_memcg=/pod7,task=java,pid=4242,uid=1000
            [ 1234.567914] Memory cgroup out of memory: Killed process 4242 (java) total-vm:4458112kB, anon-rss:1040000kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:672kB oom_score_adj:0
            """;
        var explained = ReportQuestion.Explain(Assert.Single(MemoryReportTests.Read(log)));
        Assert.Equal("A memcg limit, not a zone: memory cgroup /pod7 was full: it used 1048576 kB of 1048576 kB. What "
            + "zones had free played no part.", explained.Answer);
        Assert.Empty(explained.Zones);
        Assert.Null(explained.IsJustified);
        Assert.Equal("java (4242), 1015 MiB resident", explained.Kill);
    }
}
