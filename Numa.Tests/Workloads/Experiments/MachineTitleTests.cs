using Numa.Workloads.Experiments;

namespace Numa.Tests.Workloads.Experiments;

// Goal: a title says what the machine has, and no machine that only one arm has stands for all.
public class MachineTitleTests
{
    private const double GiB = 1 << 18;
    private const string Fill = "machine: pair.yaml\nworkloads:\n  fill: {kind: fill, cpus: 0, size: 8MiB}\n";

    [Fact]
    public void Nodes_are_told_by_size_and_by_what_they_lack()
    {
        Assert.Equal("2 x 64 GiB + 128 GiB", Of((64, true), (63.99, true), (128, true)));
        Assert.Equal("2 x 64 GiB and 2 without memory", Of((0, true), (64, true), (64, true), (0, true)));
        Assert.Equal("2 x 64 GiB and 64 GiB + 128 GiB without CPUs",
            Of((64, true), (64, true), (64, false), (128, false)));
        Assert.Equal("4 GiB, 2 GiB without CPUs, 1 without memory and 2 with neither",
            Of((4, true), (0, false), (0, true), (2, false), (0, false)));
        Assert.Equal("128 MiB", Of((0.125, true)));
        Assert.Equal("1 GiB", Of((0.99, true)));

        static string Of(params (double GiB, bool HasCpus)[] nodes) =>
            MachineTitle.Of([.. nodes.Select(node => (node.GiB * GiB, node.HasCpus))]);
    }

    [Fact]
    public void Every_machine_of_a_comparison_is_named()
    {
        Assert.Equal("pair (2 x 4 GiB)", Of("seed", "1", "2"));
        Assert.Equal("pair (2 x 4 GiB) and pair (4 GiB + 8 GiB)", Of("nodes.1.memory", "4GiB", "8GiB"));
        Assert.Equal("pair (2 x 4 GiB) and pair (4 GiB and 1 without memory)", Of("nodes.1.memory", "4GiB", "0"));
        Assert.Equal("4 machines", Of("nodes.1.memory", "1GiB", "2GiB", "3GiB", "4GiB"));

        static string Of(string path, params string[] values) =>
            SmallExperiment.Compare(SmallExperiment.Of(Fill, 1, path, values)).Machine;
    }

    [Fact]
    public void A_default_order_that_differs_is_told_of_each_machine() =>
        Assert.Equal("kernel 3.10: both orders exist; its default here: node on pair, zone on pair",
            SmallExperiment.Compare(SmallExperiment.Of(Fill + "kernel: '3.10'\n", 1, "nodes.1.memory", "4GiB", "64GiB")).KernelLine);
}
