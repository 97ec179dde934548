using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Workloads.Verification;
using Numa.Workloads.Replay;
using Numa.Workloads.Verification;

namespace Numa.Tests.Workloads.Replay;

public sealed class PhaseReplayTests
{
    private const string Old = "4.4.178-trace-1node-1g";
    private const string PingPong = "p06-pingpong";

    private static async Task<PhaseResult> RunAsync(CaptureCopy capture, string phase) => Assert.Single(
        await CaptureReplay.RunAsync(capture.Folder, phase, new Dictionary<int, TaskPolicy>()));

    // Goal: from the lists before a phase and its requests alone, everything that the kernel did. The two phases of 4.4
    // cross between zones by the fair policy; those of 6.1 and 6.12 take huge pages, one from a fragmented machine.
    [Theory]
    [InlineData(Old, PingPong, 2000)]
    [InlineData(Old, "p09-thp", 65)]
    [InlineData("6.1-trace-1node-1g", "p09-thp", 66)]
    [InlineData("6.1-trace-2node-1g", "p14-cross-free", 2052)]
    [InlineData("6.12-trace-1node-1g", "p12-thp-fragmented", 18)]
    public async Task Every_page_of_a_phase_is_the_kernels(string truth, string phase, int allocations)
    {
        using var capture = CaptureCopy.OfPhases(truth);
        var result = await RunAsync(capture, phase);
        Assert.Null(result.FirstMismatch);
        Assert.Equal((allocations, new(allocations, allocations), new(allocations, allocations)),
            (result.Allocations, result.SameZone, result.SameFrame));
        Assert.All([result.Refills, result.Drains, result.FreeLists, result.Pagesets],
            part => Assert.True(part.Compared > 0 && part.IsWhole));
    }

    [Theory]
    [InlineData(Old, PingPong)]
    [InlineData("6.12-trace-1node-1g", "p12-thp-fragmented")]
    public void A_machine_begins_with_the_very_lists_of_its_kernel(string truth, string phase)
    {
        using var capture = CaptureCopy.OfPhases(truth);
        var boot = CaptureBoot.From(capture.Folder).Image;
        var dump = AllocatorDump.Read(new(Path.Combine(capture.Folder, phase)), "before.freelists.txt")!;
        var plan = new SimulationPlan(
            DumpedMachine.From(boot, dump), [], CostModel.Default, VirtualInstant.Never, []);
        Assert.NotEmpty(dump.FreeLists);
        foreach (var list in dump.FreeLists)
        {
            var zone = plan.MakeZone(boot.SlotOf(list.Zone)).Zone;
            var type = MigratetypeNumbers.Of(boot.Release).First(known => known.Name == list.Migratetype).Type;
            Assert.Equal(list.Frames, zone.FreeList(list.Order, type));
            zone.CheckInvariants();
        }

        Assert.All(plan.Machine.Zones, zone => Assert.Equal(
            dump.FreeLists.Where(list => list.Zone == zone.Id).Sum(list => list.Frames.Length << list.Order),
            plan.MakeZone(boot.SlotOf(zone.Id)).Zone.FreePages));
    }

    [Fact]
    public async Task A_phase_that_is_not_there_is_refused_with_those_that_are()
    {
        using var capture = CaptureCopy.OfPhases(Old);
        var refusal = await Assert.ThrowsAsync<InputException>(() => RunAsync(capture, "p06-pingpang"));
        var problem = Assert.Single(refusal.Problems).Message;
        Assert.Contains("did you mean 'p06-pingpong'", problem, StringComparison.Ordinal);
    }
}
