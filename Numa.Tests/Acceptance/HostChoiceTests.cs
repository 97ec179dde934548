using Numa.Core.Diagnostics;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Acceptance;

// Goal: a run gets the host that was asked for, or the one that suits its machine, and says so.
public class HostChoiceTests
{
    [Theory]
    [InlineData(64, "actors")]
    [InlineData(65, "grouped")]
    public async Task Above_128_CPUs_a_group_for_each_thread_is_the_default(int cpusOfNode, string host)
    {
        var run = (await Runs.OfTextAsync(Text(cpusOfNode), new(Threads: 2))).Result;
        Assert.Equal(host, run.Host);
        var other = host == "actors" ? HostKind.Grouped : HostKind.Actors;
        var again = (await Runs.OfTextAsync(Text(cpusOfNode), new(Threads: 2, Host: other))).Result;
        Assert.Equal(other.ToString().ToLowerInvariant(), again.Host);
        Assert.Equal(run.Hash, again.Hash);
        Assert.Equal(run.PlacementHash, again.PlacementHash);
    }

    // No group is a shell: each hears and decides. What they replace is not there.
    [Theory]
    [InlineData(1, 1, "clock group machine workload")]
    [InlineData(2, 2, "clock group machine workload")]
    [InlineData(8, 2, "clock group machine workload")]
    public async Task A_group_for_each_thread_plays_whole_nodes(int threads, int groups, string kinds)
    {
        var run = await Runs.OfTextAsync(Text(4), new(Threads: threads, Host: HostKind.Grouped));
        var actors = run.Result.Actors;
        Assert.Equal(kinds, string.Join(' ', actors.Select(actor => actor.Kind)));
        Assert.All(actors, actor => Assert.True(actor is { Messages: > 0, Decisions: > 0 }, $"{actor}"));
        Assert.Equal(groups, actors.Single(actor => actor.Kind == "group").Count);
    }

    [Theory]
    [InlineData("", SimulationClock.Wall)]
    [InlineData("clock: wall\n", null)]
    public async Task The_wall_clock_needs_actors(string more, SimulationClock? clock)
    {
        var text = more + Text(4);
        var error = await Assert.ThrowsAsync<InputException>(
            () => Runs.OfTextAsync(text, new(Clock: clock, Host: HostKind.Grouped)));
        Assert.Equal("--host: error NUMA115: a grouped host has no mailbox for each zone's lock, so it needs --clock"
            + " virtual; found the wall clock", Assert.Single(error.Problems).ToString());
        var run = (await Runs.OfTextAsync(text, new(Clock: clock))).Result;
        Assert.Equal("wall", run.Clock);
        Assert.Equal("actors", run.Host);
    }

    [Theory]
    [InlineData(HostKind.Actors)]
    [InlineData(HostKind.Grouped)]
    public async Task Pages_are_counted_in_every_round_on_request(HostKind host)
    {
        var run = (await Runs.OfTextAsync(Text(2), new(Threads: 2, Host: host, Check: true))).Result;
        var without = (await Runs.OfTextAsync(Text(2), new(Threads: 2, Host: host))).Result;
        Assert.True(run.Checked);
        Assert.False(without.Checked);
        Assert.Equal(without.Hash, run.Hash);
        var error = await Assert.ThrowsAsync<InputException>(
            () => Runs.OfTextAsync(Text(2), new(Clock: SimulationClock.Wall, Check: true)));
        Assert.StartsWith("--check: error NUMA115:", Assert.Single(error.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_the_wall_clock_a_large_machine_has_actors_too() =>
        Assert.Equal("actors",
            (await Runs.OfTextAsync(Text(65), new(Clock: SimulationClock.Wall, Threads: 2))).Result.Host);

    private static string Text(int cpusOfNode) => $$"""
        machine:
          name: two
          kernel: "6.1"
          nodes:
            - {memory: 1GiB, cpus: 0-{{cpusOfNode - 1}}}
            - {memory: 1GiB, cpus: {{cpusOfNode}}-{{2 * cpusOfNode - 1}}}
        workloads:
          storm: {kind: storm, cpus: all, workingSet: 512KiB, release: all, operations: 300}
        """;
}
