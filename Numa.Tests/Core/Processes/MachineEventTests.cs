using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using Numa.Tests.Workloads;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Core.Processes;

// What a setting written in mid-run means for one CPU and for one zone.
public class MachineEventTests
{
    private static readonly VirtualInstant At = new(10_000);

    // Slots: 0:DMA, 0:DMA32, 0:Normal, 1:Normal.
    private const int DMA32 = 1;
    private const int Normal = 2;
    private const int Remote = 3;

    [Theory]
    [InlineData("default", "node", true)]
    [InlineData("node", "N", false)]
    [InlineData("node", "zone", true)]
    [InlineData("zone", "z", false)]
    public void A_write_rebuilds_the_lists_when_another_order_is_asked_for(string before, string write, bool rebuilds)
    {
        var machine = Boot("4.9", $"zonelistOrder={before}");
        var change = machine.Write(new(Sysctl.ZonelistOrder, write), out var refusal);
        Assert.Null(refusal);
        Assert.Equal((rebuilds, write), (change!.RebuildsZonelists, change.ReadsBack));
        Assert.False(change.RecomputesMarks);
    }

    [Fact]
    public void A_refused_write_changes_nothing()
    {
        var machine = Boot("4.14");
        var before = machine.Image;
        Assert.Null(machine.Write(new(Sysctl.ZonelistOrder, "zone"), out var refusal));
        Assert.Contains("knows node order only", refusal, StringComparison.Ordinal);
        Assert.Same(before, machine.Image);
        Assert.Equal("Node", machine.Write(new(Sysctl.ZonelistOrder, "default"), out _)!.ReadsBack);
    }

    [Theory]
    [InlineData(Sysctl.MinFreeKbytes, "90112", true)]
    [InlineData(Sysctl.WatermarkScaleFactor, "200", true)]
    [InlineData(Sysctl.HugePages, "never", true)]
    [InlineData(Sysctl.LowmemReserveRatio, "256 16 32 0 0", false)]
    [InlineData(Sysctl.PagelistHighFraction, "8", false)]
    [InlineData(Sysctl.WatermarkBoostFactor, "0", false)]
    public void Writes_that_compute_the_marks_anew_are_told_from_others(string name, string value, bool recomputes)
    {
        var change = Boot("6.12").Write(new(name, value), out _)!;
        Assert.Equal((false, recomputes), (change.RebuildsZonelists, change.RecomputesMarks));
    }

    // Goal: the list that a walk began with is the list it ends with. Method: one CPU whose visits this test answers:
    // node 0's Normal refuses while the order is being changed, then refuses the next request too.
    [Fact]
    public void A_walk_under_way_ends_on_the_list_it_began_with()
    {
        var machine = Boot("4.9", "zonelistOrder=node");
        var boot = machine.Image;
        var written = new MachineEvent(At, machine.Write(new(Sysctl.ZonelistOrder, "zone"), out _)!);
        var task = new ScriptTask(0, 0, ScriptTask.Allocate(4), ScriptTask.Allocate(4));
        var plan = new SimulationPlan(boot, [task], CostModel.Default, VirtualInstant.Never, [], [written]);
        var cpu = plan.MakeCpu(0);
        var sent = new Sent();
        cpu.Accept(SimulationPlan.StartOf(task));

        Assert.Equal(Normal, Next().Zone);
        Answer(passes: false, at: At.Nanoseconds + 500);
        Assert.Equal(DMA32, Next().Zone);
        Answer(passes: true, at: At.Nanoseconds + 1000);
        Assert.Equal(Normal, Next().Zone);
        Answer(passes: false, at: At.Nanoseconds + 1500);
        Assert.Equal(Remote, Next().Zone);
        Assert.Equal(16, Assert.Single(cpu.BeforeEvents).From[DMA32]);

        ZoneVisit Next()
        {
            cpu.Run(VirtualInstant.Never, null, sent);
            return sent.Visit!;
        }

        void Answer(bool passes, long at)
        {
            var visit = sent.Visit!;
            visit.Verdict = new(passes ? ZoneVerdict.Passed : ZoneVerdict.BelowWatermark, 0, 0);
            visit.MakeRoom(1);
            (visit.Taken, visit.Stamp) = (passes ? 1 : 0, new(at));
            visit.Frames[0] = 1 << 20;
            cpu.Complete(visit);
        }
    }

    // A pageset of 30 pages gets a high mark below that: only the next free drains, and no more than a batch.
    [Fact]
    public void A_smaller_pageset_is_not_trimmed()
    {
        var machine = Boot("4.9");
        var boot = machine.Image;
        var written = new MachineEvent(At, machine.Write(new(Sysctl.PagelistFraction, "1000000"), out _)!);
        var task = new ScriptTask(0, 0, ScriptTask.Allocate(0), ScriptTask.Think(20_000), ScriptTask.Sleep);
        var freeing = new ScriptTask(0, 0,
            ScriptTask.Allocate(0), ScriptTask.Think(20_000), ScriptTask.FreeLast, ScriptTask.Sleep);
        Assert.Equal((30, 1), Held(task));
        Assert.Equal((30, 1), Held(freeing));

        (int Count, int High) Held(ScriptTask program)
        {
            var loop = new RoundLoop(
                new(boot, [program], CostModel.Default, VirtualInstant.Never, [], [written]), GroupMap.Single(8, 4));
            for (var round = 0; round < 1000 && loop.Step(); round++)
            {
            }

            var pageset = loop.Cpus[0].Zones[Normal]!.Pageset;
            return (pageset.Count, pageset.High);
        }
    }

    [Fact]
    public void A_zone_checks_earlier_arrivals_by_the_old_marks_and_later_ones_by_the_new()
    {
        var zone = MakeZone("4.9", new(Sysctl.MinFreeKbytes, "400000"), out var before, out var after);
        zone.Serve(Query(At.Nanoseconds - 1, out var early));
        zone.Serve(Query(At.Nanoseconds, out var late));
        Assert.Equal((before.Marks.Low.Value, after.Marks.Low.Value), (early.Verdict.Required, late.Verdict.Required));
        Assert.NotEqual(early.Verdict.Required, late.Verdict.Required);
    }

    // From 5.0 on a boost ends with the marks that it was added to.
    [Fact]
    public void New_marks_end_a_boost()
    {
        var zone = MakeZone("6.1", new(Sysctl.MinFreeKbytes, "400000"), out _, out _);
        zone.Zone.Boost = 512;
        zone.Serve(Query(At.Nanoseconds, out var late));
        Assert.Equal((0L, 0L), (late.Record.Boost, zone.Zone.Boost));
    }

    // 3.12 to 4.7: computing the marks sets NR_ALLOC_BATCH to high - low. What a CPU folded before that is gone.
    [Fact]
    public void New_marks_refill_the_fair_batch()
    {
        var zone = MakeZone("4.4", new(Sysctl.MinFreeKbytes, "400000"), out var before, out var after);
        var early = Query(At.Nanoseconds - 100, out _);
        early.FairFolded = -300;
        zone.Serve(early);
        Assert.Equal(before.FairBatch.Value - 300, zone.Latest.FairBatch);
        var sentBefore = Query(At.Nanoseconds + 20, out _);
        sentBefore.FairFolded = -200;
        zone.Serve(sentBefore);
        Assert.Equal(after.FairBatch.Value, zone.Latest.FairBatch);
        var sentAfter = Query(At.Nanoseconds + 100, out _);
        sentAfter.FairFolded = -100;
        zone.Serve(sentAfter);
        Assert.Equal(after.FairBatch.Value - 100, zone.Latest.FairBatch);
        Assert.NotEqual(before.FairBatch, after.FairBatch);
    }

    private static ZoneVisit Query(long arrival, out ZoneVisit visit) => visit = new()
    {
        Cpu = (int)(arrival % 8), Arrival = new(arrival), Way = 50, Kind = ZoneVisitKind.Query, HasCheck = true,
        Check = new(WatermarkLevel.Low, AllocationFlags.None, Normal, 0), Sequence = 1,
    };

    private static ZoneProcess MakeZone(string kernel, SysctlWrite write, out ZoneTuning before, out ZoneTuning after)
    {
        var machine = Boot(kernel);
        var boot = machine.Image;
        var change = machine.Write(write, out _)!;
        (before, after) = (boot.Zones[Normal].Tuning, change.Image.Zones[Normal].Tuning);
        return new SimulationPlan(boot, [], CostModel.Default, VirtualInstant.Never, [], [new(At, change)])
            .MakeZone(Normal);
    }

    private static RunningMachine Boot(string kernel, params string[] settings)
    {
        var file = ScenarioLoader.LoadMachine(Path.Combine(ScenarioTexts.Configs, "machines", "two-socket-8g.yaml"),
            [new("--set", "kernel", kernel), .. settings.Select(setting => Setting.Parse("--set", setting))]);
        var booted = MachineBoot.Boot(file.Machine, file.Boot, []);
        return new(booted.Image, booted.Tuning, booted.Memory);
    }

    private sealed class Sent : ICpuEffects
    {
        public ZoneVisit? Visit { get; private set; }

        public void Send(ZoneVisit visit) => Visit = visit;

        public void Send(Signal signal)
        {
        }

        public void Ended(SimulatedTask task, TaskEnd end, VirtualInstant at)
        {
        }
    }
}
