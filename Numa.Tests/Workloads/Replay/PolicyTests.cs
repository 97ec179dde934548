using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Mempolicies;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using Numa.Workloads.Replay;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Replay;

public class PolicyTests
{
    private const GfpFlags OfMapping = GfpFlags.GfpHighUserMovable;
    private static readonly MachineImage Machine = HandMadeMachine.Image("6.12",
        Zone(0, ZoneKind.DMA32), Zone(0, ZoneKind.Normal), Zone(1, ZoneKind.Normal), Zone(2, ZoneKind.Normal));

    // Goal: nodes as the kernel picks them. Method: the sequences of spec 10 §2, E2 and E3, by hand: a mapping goes by
    // the page's place in it, all else from the lowest node.
    [Theory]
    [InlineData("{interleave: [2, 0]}", "0 2 0 2 0", "0 2 0 2 0")]
    [InlineData("{interleave: [0, 2, 1], start: 8}", "2 0 1 2 0", "0 1 2 0 1")]
    [InlineData("{weighted-interleave: {0: 3, 1: 1}}", "0 0 0 1 0", "0 0 0 1 0")]
    [InlineData("{weighted-interleave: {1: 1, 0: 3}, start: 7}", "1 0 0 0 1", "0 0 0 1 0")]
    [InlineData("{weighted-interleave: {1: 1, 0: 3}, mbind: true}", "0 0 0 1 0", "- - - - -")]
    [InlineData("{preferred: 1}", "1 1 1 1 1", "1 1 1 1 1")]
    [InlineData("{preferred-many: [1, 2]}", "- - - - -", "- - - - -")]
    [InlineData("{bind: [1, 2], home-node: 2}", "2 2 2 2 2", "2 2 2 2 2")]
    [InlineData("{preferred: 1, after: 2}", "- - 1 1 1", "- - 1 1 1")]
    [InlineData("local", "- - - - -", "- - - - -")]
    public void A_policy_picks_nodes_in_the_kernels_turn(string policy, string ofMapping, string ofOthers)
    {
        Assert.Equal(ofMapping, Picked(policy, OfMapping));
        Assert.Equal(ofOthers, Picked(policy, GfpFlags.GfpKernel));
    }

    [Fact]
    public void A_binding_masks_what_can_use_the_zones_of_policies_and_names_no_node()
    {
        var policies = new TaskPolicies(Read("tasks: {1: {bind: [2, 1, 2]}}"), Machine);
        Assert.Equal(new[] { 1, 2 }, policies.Apply(1, GfpFlags.GfpKernel, new(0)).AllowedNodes.Select(node => node.Value));
        Assert.True(policies.Apply(1, GfpFlags.GfpKernel | GfpFlags.Dma32, new(0)).AllowedNodes.IsDefault);
        Assert.True(policies.Apply(1, GfpFlags.GfpKernel | GfpFlags.ThisNode, new(0)).AllowedNodes.IsDefault);
        Assert.True(policies.Apply(2, GfpFlags.GfpKernel, new(0)).AllowedNodes.IsDefault);
        Assert.True(policies.Apply(1, GfpFlags.GfpAtomic, new(0), isInterrupt: true).AllowedNodes.IsDefault);
    }

    // Spec 10 §2: the first attempt may not reclaim and has the nodes; the second is what was asked for, of any node.
    [Fact]
    public void Each_attempt_under_preferred_many_is_an_event_of_its_own()
    {
        var policies = new TaskPolicies(Read("tasks: {1: {preferred-many: [1, 2]}}"), Machine);
        const GfpFlags first = OfMapping & ~GfpFlags.DirectReclaim;
        Assert.Equal(first | GfpFlags.NoWarn, Mempolicy.FirstAttempt(OfMapping));
        foreach (var gfp in new[] { first, first | GfpFlags.NoWarn })
            Assert.Equal("1,2", string.Join(',', policies.Apply(1, gfp, new(0)).AllowedNodes));
        Assert.True(policies.Apply(1, OfMapping, new(0)).AllowedNodes.IsDefault);
        Assert.True(policies.Apply(1, first | GfpFlags.NoFail, new(0)).AllowedNodes.IsDefault);
    }

    // Goal: where the turns of a mapping stand is one number, from as few pages as give it. Method: pages of one task
    // as a trace has them, the first of no mapping; what is asked for next, and how many pages it was inferred from.
    [Theory]
    [InlineData("{interleave: [0, 2]}", "2 0 2", "2 0 2", 1)]
    [InlineData("{interleave: [0, 1, 2], after: 2}", "2 1 2", "- 1 2", 1)]
    [InlineData("{weighted-interleave: {0: 3, 1: 2}}", "0 0 1 1 0", "0 0 1 1 0", 2)]
    [InlineData("{weighted-interleave: {0: 3, 1: 2}}", "1 1 0", "1 1 0", 2)]
    [InlineData("{interleave: [0, 1], start: 0}", "1 0 1", "0 1 0", 0)]
    [InlineData("{interleave: [0, 1]}", "2 0 1", "0 1 0", 0)]
    public void Where_interleaving_begins_is_inferred_from_the_first_pages(
        string policy, string got, string asked, int inferredFrom)
    {
        var read = Read($"tasks: {{1: {policy}}}");
        var starts = new InterleaveStarts(read, Machine);
        string[] nodes = ["0", .. got.Split(' ')];
        for (var i = 0; i < nodes.Length; i++)
        {
            starts.Add(new()
            {
                Kind = TraceEventKind.Allocated, Line = i, Task = 1,
                Text = i == 0 ? "GFP_KERNEL" : "GFP_HIGHUSER_MOVABLE",
                Frame = new(HandMadeMachine.StartOf(
                    int.Parse(nodes[i], CultureInfo.InvariantCulture), ZoneKind.Normal)),
            });
        }

        var policies = new TaskPolicies(starts.Told(), Machine);
        policies.Apply(1, GfpFlags.GfpKernel, new(0));
        Assert.Equal(asked, string.Join(' ', got.Split(' ')
            .Select(_ => policies.Apply(1, OfMapping, new(0)).PreferredNode?.ToString() ?? "-")));
        Assert.Equal((inferredFrom, inferredFrom > 0 ? 1 : 0), (starts.Lines.Count, starts.Notes().Count()));
    }

    [Theory]
    [InlineData("1=bind:1,0", "{bind: [0, 1]}")]
    [InlineData("1=preferred:2", "{preferred: 2}")]
    [InlineData("1=preferred-many:2,1", "{preferred-many: [1, 2]}")]
    [InlineData("1=interleave:0,1", "{interleave: [0, 1]}")]
    [InlineData("1=interleave:1,2,0", "{interleave: [0, 1, 2], start: 1}")]
    [InlineData("1=weighted-interleave:1,0=3", "{weighted-interleave: {0: 3, 1: 1}, start: 3}")]
    [InlineData("1=local", "local")]
    public void The_command_line_says_the_same(string text, string policy)
    {
        var problems = new ProblemList();
        var (task, told) = TaskPolicy.Parse(text)!.Value;
        var given = told.On(Machine, "task 1", default, problems)!;
        var read = Read($"tasks: {{1: {policy}}}")[1];
        Assert.Equal((1, read.Start, Text(read.Policy)), (task, given.Start, Text(given.Policy)));

        static string Text(Mempolicy policy) =>
            $"{policy.Mode} {string.Join(',', policy.Nodes.Select(node => $"{node}={policy.WeightOf(node)}"))}";
    }

    [Theory]
    [InlineData("1=bind:")]
    [InlineData("1=bind:0,x")]
    [InlineData("1=round:0")]
    [InlineData("1")]
    [InlineData("x=local")]
    [InlineData("1=local:0")]
    [InlineData("1=bind:0=3")]
    [InlineData("1=weighted-interleave:0=256")]
    [InlineData("1=weighted-interleave:0=1=1")]
    [InlineData("1=bind:1024")]
    public void Other_texts_are_no_policy(string text) => Assert.Null(TaskPolicy.Parse(text));

    // Goal: everything that is wrong with the file is told at once, each at its place.
    [Fact]
    public void All_problems_are_told_with_their_place()
    {
        const string text = """
            abuot: a slip
            tasks:
              1: {bnd: [0]}
              2: {bind: [7], preferred: 1}
              3: {bind: [7]}
              x: local
              4: loca
              5: {interleave: []}
              6: {bind: [0], start: 1}
              7: {weighted-interleave: {0: 0}}
              8: {interleave: [0], start: -1}
              9: {bind: [0], flags: static}
              10: {preferred: 1, home-node: 1, mbind: yes}
            """;
        Assert.Equal(
        [
            "1:1 NUMA102: unknown key 'abuot' in the policies; did you mean 'about'?",
            "3:7 NUMA102: unknown key 'bnd' in the policy of task 1; did you mean 'bind'?",
            "4:29 NUMA115: the policy of task 2 has bind and preferred; expected one of bind, interleave, preferred,"
                + " preferred-many and weighted-interleave",
            "5:6 NUMA111: the policy names node 7, but the machine's nodes are 0, 1, 2",
            "6:3 NUMA106: the number of a task must be a whole number, not 'x'",
            "7:6 NUMA108: the policy of task 4 is 'loca'; expected local, or for example {bind: [0, 1]}",
            "8:19 NUMA111: interleave names no node",
            "9:25 NUMA115: start goes with interleave, not with bind",
            "10:32 NUMA107: a weight is 0; expected 1 to 255",
            "11:31 NUMA107: start is -1; expected 0 to 4611686018427387903",
            "12:25 NUMA115: flags change nothing in a replay: name the nodes that the policy comes to",
            "13:33 NUMA115: home-node goes with bind and preferred-many, not with preferred",
            "13:43 NUMA108: mbind: 'yes' is unknown; expected one of true, false",
        ], Problems(text));
        Assert.Equal(["1:1 NUMA105: policies must be a mapping, not a list"], Problems("[1]"));
        Assert.Equal(["1:1 NUMA103: the policies has no 'tasks'"], Problems("about: nothing"));
    }

    // Goal: a policy that the kernel would not have is refused, as in scenarios.
    [Theory]
    [InlineData("4.14", "{preferred-many: [1]}", "NUMA108: the policy of task 1 needs Linux 5.15; the machine's kernel is")]
    [InlineData("6.1", "{weighted-interleave: {1: 1}}", "NUMA108: the policy of task 1 needs Linux 6.9; the machine's")]
    [InlineData("6.1", "{bind: [1]}", "NUMA111: the kernel refuses the policy of task 1: none of its nodes (1) is one")]
    public void The_kernel_must_know_the_policy(string kernel, string policy, string problem)
    {
        var problems = new ProblemList();
        Read($"tasks: {{1: {policy}}}", problems, HandMadeMachine.Image(
            kernel, Zone(0, ZoneKind.Normal), Zone(2, ZoneKind.Normal)));
        Assert.Contains(problem, Assert.Throws<InputException>(problems.ThrowIfAny).Message, StringComparison.Ordinal);
    }

    private static ZoneImage Zone(int node, ZoneKind kind) =>
        HandMadeMachine.Zone(node, kind, Numa.Tests.Generators.Zones.Tuning(), 1024);

    private static string Picked(string policy, GfpFlags gfp)
    {
        var policies = new TaskPolicies(Read($"tasks: {{1: {policy}}}"), Machine);
        return string.Join(' ', Enumerable.Range(0, 5)
            .Select(_ => policies.Apply(1, gfp, new(0)).PreferredNode?.ToString() ?? "-"));
    }

    private static Dictionary<int, TaskPolicy> Read(string text)
    {
        var problems = new ProblemList();
        var policies = Read(text, problems);
        problems.ThrowIfAny();
        return policies;
    }

    private static IEnumerable<string> Problems(string text)
    {
        var problems = new ProblemList();
        Read(text, problems);
        return Assert.Throws<InputException>(problems.ThrowIfAny).Problems.Select(problem =>
            FormattableString.Invariant($"{problem.At.Line}:{problem.At.Column} {problem.Code}: {problem.Message}"));
    }

    private static Dictionary<int, TaskPolicy> Read(
        string text, ProblemList problems, MachineImage? machine = null)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            return PolicyFile.Read(file, machine ?? Machine, problems);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
