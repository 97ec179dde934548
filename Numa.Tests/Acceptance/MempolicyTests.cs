using System.Text.Json;
using Numa.Cli.Exports;
using Numa.Core.Diagnostics;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Acceptance;

// Goal: every memory policy named in a scenario reaches the allocator. Method: figures that follow by arithmetic.
public class MempolicyTests
{
    [Fact]
    public async Task Each_policy_takes_its_nodes_and_numastat_says_so()
    {
        var run = await Runs.OfAsync("mempolicies");
        var places = run.Placement.Select(task => string.Join(' ', task.Runs
            .GroupBy(part => run.Machine.Zones[part.Zone].Id.Node).OrderBy(node => node.Key)
            .Select(node => $"{node.Key}:{node.Sum(part => part.Count)}")));
        Assert.Equal(["0:2048 1:2048", "0:3072 1:1024", "1:4096", "1:4096", "1:4096"], places);
        Assert.Equal(
            [new NumastatResult(0, 5120, 0, 0, 2048, 5120, 0), new NumastatResult(1, 15360, 0, 0, 2048, 0, 15360)],
            run.Result.Numastat.AsEnumerable());
        Assert.Equal(5 * 4096, run.Result.Vmstat["pgalloc_normal"]);
        Assert.Equal(0, run.Result.Vmstat["pgfree"]);

        using var json = JsonDocument.Parse(JsonExport.Run(run.Result));
        Assert.Equal(2048, json.RootElement.GetProperty("numastat")[1].GetProperty("interleaveHit").GetInt64());
        Assert.Equal(5 * 4096, json.RootElement.GetProperty("vmstat").GetProperty("pgalloc_normal").GetInt64());
    }

    [Theory]
    [InlineData("6.1", "weightedInterleave: {0: 3}", "error NUMA108: the policy of workload 'a' needs Linux 6.9; the"
        + " machine's kernel is 6.1")]
    [InlineData("4.9", "preferredMany: [0]", "error NUMA108: the policy of workload 'a' needs Linux 5.15; the"
        + " machine's kernel is 4.9")]
    [InlineData("4.9", "bind: [0], homeNode: 1", "error NUMA108: the policy of workload 'a' needs Linux 5.17; the"
        + " machine's kernel is 4.9")]
    [InlineData("6.12", "bind: [0], flags: static", "error NUMA111: the kernel refuses the policy of workload 'a':"
        + " none of its nodes (0) is one with memory that the task may use (1)")]
    public async Task A_policy_that_the_kernel_would_refuse_is_named(string kernel, string policy, string expected)
    {
        var refused = await Assert.ThrowsAsync<InputException>(() => Runs.OfTextAsync($$"""
            machine: ../machines/two-socket-8g.yaml
            kernel: "{{kernel}}"
            workloads:
              a: {kind: fill, cpus: 0, pages: 1, mems: [1], policy: { {{policy}} } }
            """, new()));
        Assert.EndsWith(expected, Assert.Single(refused.Problems).ToString(), StringComparison.Ordinal);
    }
}
