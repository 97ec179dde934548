using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Processes;

// Goal: zeroing costs the program time by size and distance, and nobody else anything. Method: the same requests with
// and without it, on two nodes at distance 20; the first walks, those behind it are hits.
public class ZeroingTests
{
    private const GfpFlags Kernel = GfpFlags.GfpKernel & ~GfpFlags.DirectReclaim;

    [Theory]
    [InlineData(0, 0, 5 * 300)]
    [InlineData(0, 3, 5 * 8 * 300)]
    [InlineData(1, 0, 5 * 600)]
    [InlineData(1, 9, 5 * 512 * 600)]
    public void Five_blocks_of_a_fault_are_zeroed(int node, int order, long expected)
    {
        var plain = new AllocationRequest(Kernel, new(order), new(node));
        var without = Play(plain);
        AllocationRequest[] all = [plain with { IsFault = true }, plain with { Gfp = Kernel | GfpFlags.Zero }];
        foreach (var zeroed in all)
        {
            var with = Play(zeroed);
            Assert.Equal(expected, with.End - without.End);
            Assert.Equal((without.Hold, without.Latencies), (with.Hold, with.Latencies));
        }
    }

    private static (long End, long Hold, string Latencies) Play(AllocationRequest request)
    {
        var tuning = Generators.Zones.Tuning();
        var machine = TinyMachine.Of("6.1",
            TinyMachine.Zone(0, 0, ZoneKind.Normal, 8192, tuning),
            TinyMachine.Zone(1, 1, ZoneKind.Normal, 8192, tuning));
        var ask = ScriptTask.Allocate(request);
        var loop = new RoundLoop(
            new(machine, [new ScriptTask(0, 0, ask, ask, ask, ask, ask)], CostModel.Default, VirtualInstant.Never, []),
            GroupMap.Single(machine.Cpus.CpuCount, machine.Zones.Length));
        List<long> latencies = [];
        foreach (var cpu in loop.Cpus) cpu.Latency = latencies.Add;
        loop.Run();
        return (loop.Cpus[0].Now.Nanoseconds, loop.Zones.Sum(zone => zone.Ledger.Cells().Sum(cell => cell.Sums.Hold)),
            string.Join(' ', latencies));
    }
}
