using Numa.Tests.Snapshots;

namespace Numa.Tests.Workloads;

// Goal: whoever writes a first scenario is told what is wrong, where, what was found, what was expected and what name is
// near; everything at once, nothing twice. Method: mistakes that people make, and what they see, as one committed text:
// read the difference when it changes.
public class BrokenFileTests
{
    private const string Fill = "workloads:\n  fill: {kind: fill, cpus: 0, size: 1GiB}\n";
    private const string Start = "machine: pair.yaml\n";

    private static readonly string[] Texts =
    [
        Start + "workloads:\n\tfill: {kind: fill}\n",
        "machine pair.yaml\n" + Fill,
        Start + "workloads:\n  fill: {kind: fill, cpus: 0\n",
        Start + "workloads:\n  fill: {kind: \"fill, cpus: 0}\n",
        "machin: pair.yaml\n" + Fill,
        "machine: [pair.yaml]\n" + Fill,
        Start + "workloads:\n  - {kind: fill, cpus: 0, size: 1GiB}\n",
        Start + "workloads: fill\n",
        Start + "workloads: {fill: 8GiB}\n",
        Start + "workloads: {a: {kind: fil, cpus: 0, size: 1GiB}}\n",
        Start + "workloads: {a: {cpus: 0, size: 1GiB}}\n",
        Start + "workloads: {a: {kind: , cpus: 0, size: 1GiB}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 8GB}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 8}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 8gib}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1.5GiB}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 0}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: [1GiB]}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, pages: 1M}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, pages: 1e6}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, pages: \"1,000\"}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, pages: 99999999999999999999}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0-, size: 1GiB}}\n",
        Start + "workloads: {a: {kind: fill, cpus: [0, 1], size: 1GiB}}\n",
        Start + "workloads: {a: {kind: fill, cpus: node 1, size: 1GiB}}\n",
        Start + "workloads: {a: {kind: fill, cpus: ALL, size: 1GiB}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 99, size: 1GiB}}\n",
        Start + "workloads: {a: {kind: fill, node: 7, size: 1GiB}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, gfp: GFP_USR}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, gfp: 'GFP_KERNEL,__GFP_COMP'}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, order: 12}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, policy: interleave}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, policy: {bind: 0}}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, policy: {preferred: [0]}}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, policy: {interleaved: [0, 1]}}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, policy: {weightedInterleave: {}}}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, think: 5 minutes}}\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, think: -1us}}\n",
        Start + "duration: 100\n" + Fill,
        Start + "seed: abc\n" + Fill,
        Start + "seed: -1\n" + Fill,
        Start + "clock: real\n" + Fill,
        Start + "kernel: 1.0\n" + Fill,
        Start + "kernel: latest\n" + Fill,
        Start + "zonelistOrder: nodes\n" + Fill,
        Start + "sysctls: {vm.min_free: 1}\n" + Fill,
        Start + "sysctls: {vm: {min_free_kbytes: 1}}\n" + Fill,
        Start + "sysctls: {vm.min_free_kbytes: 1GB}\n" + Fill,
        Start + "occupied: {zone: \"0:Normal\", leave: low}\n" + Fill,
        Start + "occupied: [{zone: Normal, leave: low}]\n" + Fill,
        Start + "events: [{at: 5ms, set: {vm.min_free_kbytes: 1}, offline: {start: 0, size: 128MiB}}]\n" + Fill,
        Start + "events: [{at: 5ms, vm.min_free_kbytes: 1}]\n" + Fill,
        Start + "costs: {zeroPerPages: 1}\n" + Fill,
        Start + "costs: {way: -1}\n" + Fill,
        Start + "compare: {vary: zonelistOrder=node,zone}\n" + Fill,
        Start + "compare: zonelistOrder\n" + Fill,
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, after: bb}, b: {kind: fill, cpus: 0, size: 1GiB}}\n",
        "machine: pair.yaml\nmachine: pair.yaml\n" + Fill,
        Start + "reclaim: {hot: 10}\n" + Fill,
        Start + "reclaim: off\n" + Fill,
        Start + "swap: 2G\n" + Fill,
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, mems: 0}}\n",
        "",
        "# nothing\n",
        "- a\n",
        Start + "workloads: {a: {kind: storm, cpus: 0, operations: many}}\n",
        Start + "workloads: {a: {kind: storm, cpus: 0, operations: 5, size: 1GiB}}\n",
        "machin: pair.yaml\nkernal: 4.4\nworkloads: {a: {kind: fill, cpu: 0, sizes: 1GB, order: 99, think: x}}\n",
        Start + "transparentHugepages: true\n" + Fill,
        "machine: {nodes: [{memory: 4GiB, cpus: 0}]}\n" + Fill,
        "machine: {kernel: \"4.4\", nodes: [{memory: 4GB, cpus: 0}, {mem: 4GiB, cpus: 1}], distances: [[10,20],[20]]}\n" + Fill,
        "machine: {kernel: \"4.4\", nodes: {memory: 4GiB, cpus: 0}}\n" + Fill,
        "machine: {kernel: \"4.4\", nodes: [4GiB]}\n" + Fill,
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 1GiB, order: 3, lru: file}}\n",
        Start + "workloads:\n",
        Start + "name:\nabout:\n" + Fill,
        Start + "workloads:\n  fill:\n  kind: fill\n  cpus: 0\n  size: 1GiB\n",
        "machine: missing.yaml\n" + Fill,
        Start + "workloads:\n  a: {kind: fill, cpus: 0,3, size: 1GiB}\n",
        Start + "workloads:\n  a:\n    kind: fill\n    cpus: 0\n    sys:\n",
        Start + "workloads: {a: {kind: fill, cpus: 0, size: 16777216TiB}}\n",
        Start + "workloads: {a: {<<: b, cpus: 0}}\n",
        Start + "workloads: {a: {extends: b}}\n",
        Start + "workloads: {a: {kind: device, cpus: 0, lru: file, slot: 4, cout: 3, counter: 5}}\n",
    ];

    [Fact]
    public void Each_mistake_is_told_in_full()
    {
        var told = Texts.Select(text =>
        {
            var problems = ScenarioTexts.Problems(text);
            Assert.Equal(problems.Distinct(), problems);
            Assert.All(problems, problem => Assert.Matches(@"^\S+?(:[1-9]\d*:[1-9]\d*)?: error NUMA\d+: .", problem));
            Assert.All(problems, problem => Assert.DoesNotContain("Exception", problem, StringComparison.Ordinal));
            return text.TrimEnd('\n') + "\n    " + string.Join("\n    ", problems) + "\n";
        });
        Snapshot.Matches("broken-files", string.Join("\n", told));
    }
}
