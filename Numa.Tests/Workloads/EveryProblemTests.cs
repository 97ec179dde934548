using Numa.Core.Diagnostics;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// Goal: what is wrong with a text, with its machine and with what the booted machine refuses is told together, and
// nothing that only follows from another mistake. Method: files on a disk, as a command reads them.
public sealed class EveryProblemTests : IDisposable
{
    private const string Machine = """
        kernel: "6.1"
        nodes:
          - {memory: 1GiB, cpus: 0-1}
          - {memory: 1GiB, cpus: 2-3}
        distances: [[10,21],[21,10]]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("numa-problems").FullName;

    public EveryProblemTests() => File.WriteAllText(Path.Combine(_folder, "m.yaml"), Machine);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_unknown_key_hides_no_problem_of_the_machine() => Assert.Equal(
        [
            "4:25 NUMA110 workload 'w' runs on CPU 4, but the machine's CPUs are 0-3",
            "4:31 NUMA102 unknown key 'siz' in workload 'w'; did you mean 'size'?",
            "5:42 NUMA111 mems names node 7, but the machine's nodes are 0-1",
            "5:55 NUMA111 policy names node 5, but the machine's nodes are 0-1",
            "6:38 NUMA111 policy names node 9, but the machine's nodes are 0-1",
            "6:38 NUMA108 the policy of workload 'y' needs Linux 6.9; the machine's kernel is 6.1",
            "7:19 NUMA116 the machine has no zone 0:HighMem; it has *",
            "8:53 NUMA117 vm.watermark_scale_factor is 9000: expected 1 to 3000",
        ],
        Problems("""
            seed: 1
            machine: m.yaml
            workloads:
              w: {kind: fill, cpus: 0-99, siz: 2GiB}
              z: {kind: slab-churn, cpus: all, mems: [7], policy: {bind: [5]}}
              y: {kind: fill, cpus: "0", policy: {weightedInterleave: {9: 3}}}
            occupied: [{zone: "0:HighMem", leave: low}]
            events: [{at: 1ms, set: {vm.watermark_scale_factor: 9000}}]
            """));

    [Fact]
    public void Partners_are_looked_for_whatever_the_producers_are() => Assert.Equal(
        [
            "3:38 NUMA110 workload 'w' runs on CPU 8, but the machine's CPUs are 0-3",
            "3:54 NUMA110 workload 'w' runs on CPU 9, but the machine's CPUs are 0-3",
        ],
        Problems("""
            machine: m.yaml
            workloads:
              w: {kind: producer-consumer, cpus: "8", consumers: "9"}
            """));

    // Each mistake stands alone: the number of CPUs, the nodes left, and the memory that an event would find are not
    // known.
    [Theory]
    [InlineData("w: {kind: producer-consumer, cpus: 0x, consumers: \"2\"}", "NUMA110")]
    [InlineData("w: {kind: fill, cpus: all, mems: [0, x], policy: {bind: [1]}}", "NUMA106")]
    [InlineData("w: {kind: fill, cpus: all}\nkernel: 6", "NUMA108")]
    [InlineData("w: {kind: fill, cpus: all, policy: {weightedInterleave: {0: 1}}}\nkernl: \"6.12\"", "NUMA102")]
    [InlineData("w: {kind: fill, cpus: all}\nevents: [{at: 1ms, hotAdd: {node: 0, start: 4GiB}},"
        + " {at: 2ms, online: {start: 4GiB, size: 128MiB}}]", "NUMA103")]
    [InlineData("w: {extends: v}", "NUMA102")]
    [InlineData("w: {<<: v}", "NUMA102")]
    public void Nothing_is_told_that_only_follows(string rest, string code)
    {
        var problem = Assert.Single(Problems($"machine: m.yaml\nworkloads:\n  {rest}"));
        Assert.Contains($" {code} ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_captured_machine_is_booted_for_its_problems_too()
    {
        var zoneinfo = Path.Combine(_folder, "saved");
        Directory.CreateDirectory(zoneinfo);
        File.WriteAllText(Path.Combine(zoneinfo, "zoneinfo.txt"), "Node 0, zone      DMA\n");
        // It holds nothing that boots: its own problems come with those of the text.
        var problems = Problems("machine: saved\nkernel: \"6.1\"\nworkloads:\n  w: {kind: fill, cpus: all, siz: 2GiB}");
        Assert.Contains(problems, problem => problem.Contains("siz", StringComparison.Ordinal));
        Assert.Contains(problems, problem => !problem.Contains("siz", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_machine_of_one_cell_refuses_comes_with_what_is_wrong_with_another()
    {
        var file = Path.Combine(_folder, "s.yaml");
        File.WriteAllText(
            file, "machine: m.yaml\nworkloads:\n  w: {kind: fill, cpus: all, policy: {preferredMany: [0]}}");
        var problems = Assert.Throws<InputException>(() => ExperimentGrid.Load(
            file, [], [Variation.Parse("--vary", "kernel=4.4,1.0")], 1, null, RunMetric.All)).Problems;
        Assert.Equal(["NUMA108", "NUMA108"], problems.Select(problem => problem.Code));
        Assert.Contains("1.0", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("needs Linux 5.15", problems[1].Message, StringComparison.Ordinal);
    }

    private string[] Problems(string text)
    {
        var file = Path.Combine(_folder, "s.yaml");
        File.WriteAllText(file, text);
        var loaded = Assert.Throws<InputException>(() => ScenarioLoader.Load(file, []));
        // What runs are made of is read the same way.
        var ran = Assert.Throws<InputException>(() => RunInputs.Load(file, []));
        Assert.Equal(loaded.Problems, ran.Problems);
        return [.. loaded.Problems.Select(problem => $"{problem.At.Line}:{problem.At.Column} {problem.Code} "
            + (problem.Message.IndexOf("it has ", StringComparison.Ordinal) is var at and > 0
                ? problem.Message[..(at + 7)] + "*" : problem.Message))];
    }
}
