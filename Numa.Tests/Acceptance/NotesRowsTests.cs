using Numa.Cli.Execution;
using Numa.Tests.Cli;
using Numa.Tests.Workloads;

namespace Numa.Tests.Acceptance;

// Rows of the notes that a command answers: the figures that the notes give, as a user sees them.
public class NotesRowsTests
{
    [Theory]
    [InlineData("node", "0:Normal(2) 0:DMA32(1) 0:DMA(0) 1:Normal(2)")]
    [InlineData("zone", "0:Normal(2) 1:Normal(2) 0:DMA32(1) 0:DMA(0)")]
    public async Task Zonelist_orders(string order, string node0)
    {
        var output = await OutputAsync("show", "notes-two-node", "zonelists", "--kernel", "4.4",
            "--set", "zonelistOrder=" + order);
        Assert.Contains($"zonelist 0 FALLBACK: {node0}\n", output, StringComparison.Ordinal);
        Assert.Contains("zonelist 0 NOFALLBACK: 0:Normal(2) 0:DMA32(1) 0:DMA(0)\n", output, StringComparison.Ordinal);
        Assert.Contains("zonelist 1 FALLBACK: 1:Normal(2) 0:Normal(2) 0:DMA32(1) 0:DMA(0)\n", output,
            StringComparison.Ordinal);
        Assert.Contains("zonelist 1 NOFALLBACK: 1:Normal(2)\n", output, StringComparison.Ordinal);
    }

    // 1/1000 of the zone, not 1/250 of it, is what 4.6 and later compare with a quarter of min.
    [Theory]
    [InlineData("4.4", "8/10 956/1195 15930/19912")]
    [InlineData("6.1", "8/11 956/1420 15930/23656")]
    public async Task Watermarks(string kernel, string marks)
    {
        var output = await OutputAsync("show", "notes-32g", "zoneinfo", "--kernel", kernel);
        string[] Values(string mark) => [.. output.Split('\n').Select(line => line.Split(' ',
            StringSplitOptions.RemoveEmptyEntries)).Where(words => words is [var name, _] && name == mark)
            .Select(words => words[1])];
        Assert.Equal(marks.Split(' '),
            Values("min").Zip(Values("low")).Take(3).Select(pair => $"{pair.First}/{pair.Second}"));
    }

    [Theory]
    [InlineData("always", "vm.min_free_kbytes is 67584 KiB under Linux 4.4:\n")]
    [InlineData("never", "vm.min_free_kbytes is 22900 KiB under Linux 4.4:\n")]
    public async Task What_67584_comes_from(string hugePages, string expected) => Assert.Contains(expected,
        await OutputAsync("explain", "watermarks", "notes-32g", "--set", "transparentHugepages=" + hugePages),
        StringComparison.Ordinal);

    // kernelcore=6GiB: node 1's 2 GiB and 4 GiB of node 0 stay for the kernel, so only node 0 has a Movable zone. A
    // request of node 1 that may use it spills to node 0's Normal, where the reserve against it is a 32nd of Movable,
    // if the check looks at the highest zone that gfp permits, or none, if it looks at the preferred zone, Normal.
    [Theory]
    [InlineData("4.4", false)]
    [InlineData("6.1", true)]
    public async Task The_reserve_index(string kernel, bool byGfp)
    {
        var run = await Runs.OfTextAsync($$"""
            machine:
              name: movable-on-node-0
              kernel: "{{kernel}}"
              nodes:
                - {memory: 8GiB, cpus: 0}
                - {memory: 2GiB, cpus: 1}
              kernelcore: 6GiB
            reclaim: none
            occupied:
              - {zone: "1:Normal", leave: min}
              - {zone: "0:Movable", leave: min}
              - {zone: "0:Normal", leave: 50000}
              - {zone: "0:DMA32", leave: min}
              - {zone: "0:DMA", leave: min}
            workloads:
              program: {kind: fill, cpus: 1, size: unlimited, gfp: GFP_HIGHUSER_MOVABLE}
            """, new());
        Assert.Equal(["0:DMA", "0:DMA32", "0:Normal", "0:Movable", "1:Normal"],
            run.Result.Zones.Select(zone => zone.Zone));
        var normal = run.Zone("0:Normal");
        var reserve = byGfp ? run.Zone("0:Movable").ManagedPages / 32 : 0;
        Assert.True(run.Zone("0:Movable").ManagedPages / 32 > 30000);
        var tried = run.Result.Failures.Single().Tried.Single(zone => (zone.Zone, zone.Mark) == ("0:Normal", "min"));
        Assert.Equal(normal.MinPages + reserve, tried.RequiredPages);
        Assert.InRange(tried.AvailablePages, tried.RequiredPages - 2 * 63, tried.RequiredPages);
        Assert.Equal(["1:Normal", "0:Movable", "0:Normal", "0:DMA32", "0:DMA"],
            run.Result.Failures.Single().Tried.Where(zone => zone.Mark == "min").Select(zone => zone.Zone));
    }

    private static async Task<string> OutputAsync(string command, string first, string second, params string[] options)
    {
        string File(string word) => word.StartsWith("notes-", StringComparison.Ordinal)
            ? Path.Combine(ScenarioTexts.Configs, "machines", word + ".yaml")
            : word;
        var run = await CommandLineRun.OfAsync([command, File(first), File(second), .. options],
            new Simulator(TimeProvider.System));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }
}
