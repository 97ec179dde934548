using System.Collections.Immutable;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Tests.Generators;
using Numa.Workloads.Importing;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Importing;

public class MachineWriterTests
{
    // Goal: nothing is lost on the way through a file. Method: any machine that a file can hold is written, read back
    // and compared in full.
    [Fact]
    public void What_is_written_is_read_back_as_the_same_machine() => DescribedMachines.Machines.Sample(machine =>
    {
        var yaml = MachineWriter.Write(new(machine));
        Assert.All(yaml.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
        var read = Assert.IsType<DescribedMachine>(ScenarioParser.ParseMachine(yaml, "m.yaml").Machine).Machine;
        Assert.Equal(DescribedMachines.Text(machine), DescribedMachines.Text(read));
    }, iter: 2_000, print: machine => MachineWriter.Write(new(machine)));

    [Fact]
    public void A_file_is_short_and_says_what_was_not_told()
    {
        var empty = ImmutableDictionary<ZoneKind, PageCount>.Empty;
        ImmutableArray<SyntheticNode> nodes =
        [
            new(new(16L << 30), [new(0), new(1), new(4)], empty), new(default, [], empty),
            new(new(512L << 20), [new(2), new(3)], empty.Add(ZoneKind.Normal, new(130_000))),
        ];
        var machine = new SyntheticMachine("", KernelRelease.Find("4.9", out _)!, nodes, [],
            new(3, [10, 20, 121, 20, 10, 20, 121, 20, 10]), new() { HugePages = HugePageMode.Never, MinFreeKbytes = 8192 });
        var draft = new MachineDraft(machine) { Heading = ["Of a test."] };
        Assert.Equal("""
            # Of a test.
            kernel: "4.9"
            transparentHugepages: never
            sysctls:
              vm.min_free_kbytes: 8192
            # No more is known.
            nodes:
              - id: 0
                memory: 16GiB
                cpus: 0-1,4
              - id: 2
                memory: 512MiB
                cpus: 2-3
                managed: {Normal: 130000}
            distances:
              - [ 10, 121]
              - [121,  10]

            """.ReplaceLineEndings("\n"), MachineWriter.Write(draft with
            {
                Remarks = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add(
                    "nodes", ["No more is known."]),
            }));
    }
}
