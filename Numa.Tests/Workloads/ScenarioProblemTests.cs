namespace Numa.Tests.Workloads;

// Each kind of mistake in a scenario, with the exact line that a user sees.
public class ScenarioProblemTests
{
    [Theory]
    [InlineData("machine: missing.yaml\nworkloads: {a: {kind: fill, cpus: 0, pages: 1}}",
        "s.yaml:1:10: error NUMA100: machine 'missing.yaml': there is no file missing.yaml")]
    [InlineData("workloads: {a: {kind: fill, cpus: 0, pages: 1}}",
        "s.yaml:1:1: error NUMA103: the scenario has no 'machine'")]
    [InlineData("machine: pair.yaml", "s.yaml:1:1: error NUMA103: the scenario has no 'workloads'")]
    [InlineData("machine: pair.yaml\nworkloads: {}", "s.yaml:2:12: error NUMA103: the scenario has no workload")]
    [InlineData("machine: pair.yaml\nworkloads: [a]",
        "s.yaml:2:12: error NUMA105: workloads must be a mapping, not a list")]
    [InlineData("machine: pair.yaml\nworkload: {}\nworkloads: {a: {kind: fill, cpus: 0, pages: 1}}",
        "s.yaml:2:1: error NUMA102: unknown key 'workload' in the scenario; did you mean 'workloads'?")]
    public void Whole(string text, string expected) => Assert.Equal([expected], ScenarioTexts.Problems(text));

    [Theory]
    [InlineData("duration: 50", "s.yaml:1:11: error NUMA106: duration: '50' is no duration;"
        + " expected a number with ns, us, ms or s, for example 50ms")]
    [InlineData("duration: -5ms", "s.yaml:1:11: error NUMA106: duration: '-5ms' is no duration;"
        + " expected a number with ns, us, ms or s, for example 50ms")]
    [InlineData("duration: 0", "s.yaml:1:11: error NUMA107: duration is 0; nothing would run")]
    [InlineData("duration: 9999999999s",
        "s.yaml:1:11: error NUMA106: duration: 9999999999s is too long; at most 1000000s are simulated")]
    [InlineData("seed: -1", "s.yaml:1:7: error NUMA106: seed must be a whole number, not '-1'")]
    [InlineData("clock: vitual", "s.yaml:1:8: error NUMA108: clock: 'vitual' is unknown; did you mean 'virtual'?")]
    [InlineData("costs: {handOver: -1}", "s.yaml:1:19: error NUMA107: handOver is -1; expected 0 to 1000000000")]
    [InlineData("compare: {vary: kernel}",
        "s.yaml:1:17: error NUMA113: expected path=value, for example vary zonelistOrder=zone")]
    [InlineData("occupied: [{zone: \"0:Norml\", leave: low}]",
        "s.yaml:1:19: error NUMA108: '0:Norml' is no zone; expected node and name, for example \"0:Normal\"")]
    [InlineData("occupied: [{zone: \"0:Normal\", leave: lots}]", "s.yaml:1:38: error NUMA106: leave is 'lots';"
        + " expected min, low, high, a number of pages, or a size such as 64MiB")]
    [InlineData("occupied: [{zone: \"2:Normal\", leave: low}]",
        "s.yaml:1:19: error NUMA111: zone 2:Normal is occupied, but the machine's nodes are 0-1")]
    [InlineData("occupied: [{zone: \"0:Normal\"}]", "s.yaml:1:12: error NUMA103: occupied has no 'leave'")]
    [InlineData("events: 5", "s.yaml:1:9: error NUMA105: events must be a list, not '5'")]
    [InlineData("events: [{at: 5, set: {vm.min_free_kbytes: 1}}]", "s.yaml:1:15: error NUMA106: at: '5' is no duration;"
        + " expected a number with ns, us, ms or s, for example 50ms")]
    [InlineData("events: [{set: {vm.min_free_kbytes: 1}}]", "s.yaml:1:10: error NUMA103: an event must have one of at"
        + " and after: at: 20ms, after: {workload: fill, operations: 1000}")]
    [InlineData("events: [{at: 5ms}]", "s.yaml:1:10: error NUMA103: an event must have one of set, hotAdd,"
        + " online, offline and hotRemove")]
    [InlineData("events: [{at: 5ms, set: {}}]", "s.yaml:1:25: error NUMA103: the event sets nothing")]
    [InlineData("events: [{at: 5ms, set: {vm.min_free_kbyte: 1}}]", "s.yaml:1:26: error NUMA102: unknown sysctl"
        + " 'vm.min_free_kbyte'; did you mean 'vm.min_free_kbytes'?")]
    [InlineData("events: [{at: 5ms, write: {}, set: {vm.min_free_kbytes: 1}}]",
        "s.yaml:1:20: error NUMA102: unknown key 'write' in an event; expected one of at, after, set, hotAdd, online,"
        + " offline, hotRemove")]
    [InlineData("events: [{at: 5ms, offline: {start: 0, size: 128MiB}, hotRemove: {start: 0, size: 128MiB}}]",
        "s.yaml:1:66: error NUMA115: an event has offline and hotRemove; expected one of set, hotAdd, online, offline"
        + " and hotRemove")]
    [InlineData("events: [{at: 5ms, after: {workload: fill, operations: 1}, offline: {start: 0, size: 128MiB}}]",
        "s.yaml:1:27: error NUMA115: an event has at and after; expected one of at and after")]
    [InlineData("events: [{after: {workload: b, operations: 1}, offline: {start: 0, size: 128MiB}}]",
        "s.yaml:1:29: error NUMA112: an event waits for 'b', which is no workload; expected one of fill")]
    [InlineData("events: [{after: {workload: fill}, offline: {start: 0, size: 128MiB}}]",
        "s.yaml:1:18: error NUMA103: after has no 'operations'")]
    [InlineData("events: [{at: 5ms, hotAdd: {start: 0, size: 128MiB}}]",
        "s.yaml:1:28: error NUMA103: hotAdd has no 'node'")]
    [InlineData("events: [{at: 5ms, online: {start: 1GiB, size: 1MiB}}]",
        "s.yaml:1:36: error NUMA116: online: 1MiB from 1GiB on; expected multiples of 128MiB, the size of a section")]
    [InlineData("events: [{at: 5ms, online: {start: 1GiB, size: 128MiB, type: moveable}}]",
        "s.yaml:1:62: error NUMA108: type: 'moveable' is unknown; did you mean 'movable'?")]
    [InlineData("events: [{at: 5ms, offline: {start: 1GiB}}]",
        "s.yaml:1:29: error NUMA103: offline has no 'size'")]
    [InlineData("events: [{at: 5ms, offline: {start: 1GiB, size: 0}}]",
        "s.yaml:1:49: error NUMA107: offline: size is 0B; expected 128MiB or more, and an end below 4PiB")]
    public void Top(string line, string expected) =>
        Assert.Equal([expected], ScenarioTexts.Problems($"{line}\n{ScenarioTexts.Scenario}"));

    [Theory]
    [InlineData("cpus: 0, pages: 1", "s.yaml:2:16: error NUMA103: workload 'a' has no 'kind'")]
    [InlineData("kind: storms, cpus: 0",
        "s.yaml:2:23: error NUMA108: kind: 'storms' is unknown; did you mean 'storm'?")]
    [InlineData("kind: fill, cpus: 0, sice: 1GiB, pages: 1",
        "s.yaml:2:38: error NUMA102: unknown key 'sice' in workload 'a'; did you mean 'size'?")]
    [InlineData("kind: fill, pages: 1",
        "s.yaml:2:16: error NUMA103: workload 'a' must have one of cpus and node: cpus: 0-3,8, cpus: all, node: 1")]
    [InlineData("kind: fill, cpus: 0, node: 0, pages: 1",
        "s.yaml:2:44: error NUMA115: workload 'a' has cpus and node; expected one of cpus and node")]
    [InlineData("kind: fill, cpus: 7, pages: 1",
        "s.yaml:2:35: error NUMA110: workload 'a' runs on CPU 7, but the machine's CPUs are 0-3")]
    [InlineData("kind: fill, node: 3, pages: 1",
        "s.yaml:2:35: error NUMA110: workload 'a' runs on node 3, which is not there or has no CPU;"
        + " the last node with CPUs is 1")]
    [InlineData("kind: fill, cpus: none, pages: 1",
        "s.yaml:2:35: error NUMA110: workload 'a' runs on no CPU; write all for every CPU")]
    [InlineData("kind: fill, cpus: 0, pages: 3, order: 1",
        "s.yaml:2:45: error NUMA106: pages is 3 pages, no whole number of blocks of order 1 (2 pages)")]
    [InlineData("kind: fill, cpus: 0, pages: 1, order: 11",
        "s.yaml:2:55: error NUMA107: order is 11; expected 0 to 10")]
    [InlineData("kind: fill, cpus: 0, pages: 1, gfp: GFP_KERNL",
        "s.yaml:2:53: error NUMA108: gfp: 'GFP_KERNL' is no gfp flag; did you mean 'GFP_KERNEL'?")]
    [InlineData("kind: fill, cpus: 0, pages: 1, policy: locl",
        "s.yaml:2:56: error NUMA108: policy: 'locl' is unknown; did you mean 'local'?")]
    [InlineData("kind: fill, cpus: 0, pages: 1, policy: {bind: [0], preferred: 1}",
        "s.yaml:2:79: error NUMA115: the policy has bind and preferred; expected one of bind, preferred,"
        + " preferredMany, interleave and weightedInterleave")]
    [InlineData("kind: fill, cpus: 0, pages: 1, policy: {weightedInterleave: {0: 256}}",
        "s.yaml:2:81: error NUMA107: a weight is 256; expected 1 to 255")]
    [InlineData("kind: fill, cpus: 0, pages: 1, policy: {preferred: 1, homeNode: 0}",
        "s.yaml:2:81: error NUMA115: homeNode belongs to bind and preferredMany")]
    [InlineData("kind: fill, cpus: 0, pages: 1, mems: [7]",
        "s.yaml:2:54: error NUMA111: mems names node 7, but the machine's nodes are 0-1")]
    [InlineData("kind: fill, cpus: 0, policy: {bind: [0]}, mems: [7]",
        "s.yaml:2:65: error NUMA111: mems names node 7, but the machine's nodes are 0-1")]
    [InlineData("kind: fill, cpus: 0, think: 0.1ns",
        "s.yaml:2:45: error NUMA106: think: 0.1ns is no whole number of nanoseconds")]
    [InlineData("kind: slab-churn, cpus: 0, lifetime: {uniform: [0.5ns, 1.0005us]}",
        "s.yaml:2:65: error NUMA106: uniform: 0.5ns is no whole number of nanoseconds")]
    [InlineData("kind: fill, cpus: 0, pages: 1, policy: {bind: []}",
        "s.yaml:2:63: error NUMA111: bind names no node")]
    [InlineData("kind: fill, cpus: 0, pages: 1, policy: {preferred: 4}",
        "s.yaml:2:56: error NUMA111: policy names node 4, but the machine's nodes are 0-1")]
    [InlineData("kind: fill, cpus: 0, pages: 1, after: b",
        "s.yaml:2:55: error NUMA112: workload 'a' starts after 'b', which is none; expected one of a")]
    [InlineData("kind: fill, cpus: 0, pages: 1, after: a",
        "s.yaml:2:55: error NUMA112: these workloads wait for each other: a")]
    [InlineData("kind: storm, cpus: 0, operations: unlimited", "s.yaml:2:51: error NUMA103: workload 'a' never ends:"
        + " operations is unlimited and the scenario has no duration")]
    [InlineData("kind: toggle, cpus: 0, operations: 9, mix: mixed, order: 1",
        "s.yaml:2:74: error NUMA115: mix: mixed draws the orders; leave order out")]
    [InlineData("kind: producer-consumer, cpus: 0-1, consumers: 2, batches: 1",
        "s.yaml:2:64: error NUMA110: workload 'a' has 2 producers but 1 consumers; they work in pairs")]
    public void Workloads(string workload, string expected) => Assert.Equal(
        [expected], ScenarioTexts.Problems($"machine: pair.yaml\nworkloads: {{a: {{{workload}}}}}"));

    [Fact]
    public void A_circle_of_workloads_is_named_whole() => Assert.Equal(
        ["s.yaml:3:45: error NUMA112: these workloads wait for each other: a, b"], ScenarioTexts.Problems("""
        machine: pair.yaml
        workloads:
          a: {kind: fill, cpus: 0, pages: 1, after: b}
          b: {kind: fill, cpus: 0, pages: 1, after: [a, c]}
          c: {kind: fill, cpus: 0, pages: 1}
        """));

    [Fact]
    public void A_32_bit_machine_has_no_hotplug() => Assert.Equal(
        ["s.yaml:1:29: error NUMA115: memory hotplug is known on x86-64 only"], ScenarioTexts.Problems("""
            events: [{at: 5ms, offline: {start: 1GiB, size: 128MiB}}]
            machine: {kernel: "4.4", architecture: x86-32-pae, nodes: [{memory: 4GiB, cpus: 0}]}
            workloads: {fill: {kind: fill, cpus: 0, size: 1GiB}}
            """));
}
