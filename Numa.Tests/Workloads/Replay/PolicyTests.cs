using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Workloads.Replay;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Replay;

public class PolicyTests
{
    private const GfpFlags OfMapping = GfpFlags.GfpHighUserMovable;
    private static readonly NodeId[] Nodes = [new(0), new(1), new(2)];

    // Goal: nodes as the kernel picks them. Method: the sequences of spec 10 §2, E2 and E3, by hand: a mapping goes by
    // the page's place in it, all else from the lowest node.
    [Theory]
    [InlineData("{interleave: [2, 0]}", "0 2 0 2 0", "0 2 0 2 0")]
    [InlineData("{interleave: [0, 2, 1], start: 8}", "2 0 1 2 0", "0 1 2 0 1")]
    [InlineData("{weighted-interleave: {0: 3, 1: 1}}", "0 0 0 1 0", "0 0 0 1 0")]
    [InlineData("{weighted-interleave: {1: 1, 0: 3}, start: 7}", "1 0 0 0 1", "0 0 0 1 0")]
    [InlineData("{preferred: 1}", "1 1 1 1 1", "1 1 1 1 1")]
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
        var policies = new TaskPolicies(Read("tasks: {1: {bind: [2, 1, 2]}}"), ZoneKind.Normal);
        Assert.Equal(new[] { 1, 2 }, policies.Apply(1, GfpFlags.GfpKernel, new(0)).AllowedNodes.Select(node => node.Value));
        Assert.True(policies.Apply(1, GfpFlags.GfpKernel | GfpFlags.Dma32, new(0)).AllowedNodes.IsDefault);
        Assert.True(policies.Apply(1, GfpFlags.GfpKernel | GfpFlags.ThisNode, new(0)).AllowedNodes.IsDefault);
        Assert.True(policies.Apply(2, GfpFlags.GfpKernel, new(0)).AllowedNodes.IsDefault);
    }

    [Theory]
    [InlineData("1=bind:1,0", "{bind: [0, 1]}")]
    [InlineData("1=preferred:2", "{preferred: 2}")]
    [InlineData("1=interleave:1,2,0", "{interleave: [0, 1, 2], start: 1}")]
    [InlineData("1=local", "local")]
    public void The_command_line_says_the_same(string text, string policy)
    {
        var (task, given) = TaskPolicy.Parse(text)!.Value;
        var read = Read($"tasks: {{1: {policy}}}")[1];
        Assert.Equal((1, read.Mode, read.Start, string.Join(',', read.Nodes)),
            (task, given.Mode, given.Start, string.Join(',', given.Nodes)));
    }

    [Theory]
    [InlineData("1=bind:")]
    [InlineData("1=bind:0,x")]
    [InlineData("1=round:0")]
    [InlineData("1")]
    [InlineData("x=local")]
    [InlineData("1=local:0")]
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
            """;
        Assert.Equal(
        [
            "1:1 NUMA102: unknown key 'abuot' in the policies; did you mean 'about'?",
            "3:7 NUMA102: unknown key 'bnd' in the policy of task 1; did you mean 'bind'?",
            "3:6 NUMA115: the policy of task 1 has one of bind, preferred, interleave, weighted-interleave",
            "4:6 NUMA115: the policy of task 2 has one of bind, preferred, interleave, weighted-interleave",
            "5:6 NUMA111: the policy names node 7, but the machine's nodes are 0, 1, 2",
            "6:3 NUMA106: the number of a task must be a whole number, not 'x'",
            "7:6 NUMA108: the policy of task 4 is 'loca'; expected local, or for example {bind: [0, 1]}",
            "8:19 NUMA111: interleave names no node",
            "9:25 NUMA115: start goes with interleave, not with bind",
            "10:32 NUMA107: a weight is 0; expected 1 to 255",
            "11:31 NUMA107: start is -1; expected 0 to 4611686018427387903",
        ], Problems(text));
        Assert.Equal(["1:1 NUMA105: policies must be a mapping, not a list"], Problems("[1]"));
        Assert.Equal(["1:1 NUMA103: the policies has no 'tasks'"], Problems("about: nothing"));
    }

    private static string Picked(string policy, GfpFlags gfp)
    {
        var policies = new TaskPolicies(Read($"tasks: {{1: {policy}}}"), ZoneKind.Normal);
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

    private static Dictionary<int, TaskPolicy> Read(string text, ProblemList problems)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            return PolicyFile.Read(file, [.. Nodes], problems);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
