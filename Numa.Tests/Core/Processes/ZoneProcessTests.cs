using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Processes;

public class ZoneProcessTests
{
    private static readonly SmallRun Machine = new("3.10", 1, 1, 3, 0, 0, 20_000, false, 1);

    [Fact]
    public void Visits_queue_for_the_lock_in_the_order_of_arrival()
    {
        var zone = MakeZone();
        var first = Visit(0, 100);
        var second = Visit(1, 150);
        zone.Serve(first);
        zone.Serve(second);

        Assert.Equal((0, first.Hold - 50), (first.Wait, second.Wait));
        Assert.Equal(second.Arrival.Nanoseconds + second.Wait + second.Hold + second.Way, second.Stamp.Nanoseconds);
    }

    // CPU 0 has left long before the others come; of those, CPU 1 holds the lock and CPU 2 queues.
    [Fact]
    public void A_wait_names_those_who_stood_before_it_and_nobody_else()
    {
        var zone = MakeZone();
        foreach (var (cpu, arrival) in new[] { (0, 100), (1, 100_000), (2, 100_050), (0, 100_060) })
            zone.Serve(Visit(cpu, arrival));

        Assert.Equal([[2, 1], [1]], zone.Ledger.Longest.Select(wait => wait.Before));
    }

    [Fact]
    public void A_visit_out_of_order_is_a_breach()
    {
        var zone = MakeZone();
        zone.Serve(Visit(1, 100));

        Assert.Throws<InvariantBreachException>(() => zone.Serve(Visit(0, 100)));
    }

    // The check reads the counter as of the arrival: not what the holder of the lock is taking.
    [Fact]
    public void A_check_sees_what_had_ended_when_it_arrived()
    {
        var zone = MakeZone();
        var free = zone.Latest.Free;
        zone.Serve(Visit(0, 100, order: 5));
        var during = Visit(1, 150, kind: ZoneVisitKind.Query);
        zone.Serve(during);
        var after = Visit(2, 100_000, kind: ZoneVisitKind.Query);
        zone.Serve(after);

        Assert.Equal((free, free - 32), (during.Record.Free, after.Record.Free));
    }

    // A fold's reply is stamped with its arrival: it shows its own part, and nothing that ends later.
    [Fact]
    public void A_fold_sees_its_own_part_and_not_what_the_lock_holds()
    {
        var zone = MakeZone();
        var free = zone.Latest.Folded;
        zone.Serve(Visit(0, 100, order: 5));
        Assert.Equal(free - 32, zone.Latest.Folded);
        var fold = Visit(1, 150, kind: ZoneVisitKind.Fold);
        fold.FreeDelta = 5;
        zone.Serve(fold);

        Assert.Equal((free + 5, fold.Arrival), (fold.Record.Folded, fold.Record.Effect));
        Assert.Equal(free - 27, zone.Latest.Folded);
    }

    // Goal: only those who wait for the lock make its hand-over slower. Method: with and without a fold of counters,
    // which takes no lock, while the lock is held.
    [Fact]
    public void A_fold_of_counters_does_not_queue_for_the_lock()
    {
        long Hold(bool folds)
        {
            var zone = MakeZone();
            zone.Serve(Visit(0, 100));
            var fold = Visit(1, 150, kind: ZoneVisitKind.Fold);
            fold.FreeDelta = 5;
            if (folds) zone.Serve(fold);
            var last = Visit(2, 200);
            zone.Serve(last);
            return last.Hold;
        }

        Assert.Equal(Hold(folds: false), Hold(folds: true));
    }

    // Goal: whose node the pages are on counts for every hold alike. Method: four blocks taken, or given back one by
    // one so that they merge, by a CPU of the zone's node and by one of another: four struct pages at 22 and at 33 ns.
    [Theory]
    [InlineData(ZoneVisitKind.Refill, 0)]
    [InlineData(ZoneVisitKind.Direct, 4)]
    [InlineData(ZoneVisitKind.Drain, 0)]
    [InlineData(ZoneVisitKind.DirectFree, 4)]
    public void Pages_of_another_node_cost_more_in_every_hold(ZoneVisitKind kind, int order)
    {
        long Hold(int cpuNode)
        {
            var zone = MakeZone();
            var taken = Visit(0, 100, order);
            taken.Count = 4;
            zone.Serve(taken);
            var visit = Visit(1, 100_000, order, kind);
            (visit.CpuNode, visit.Count) = (cpuNode, 4);
            if (kind is ZoneVisitKind.Drain or ZoneVisitKind.DirectFree)
            {
                foreach (var frame in taken.Frames[..4])
                    visit.Drained.Add(new(frame, (byte)order, zone.Zone.TagOf(frame)));
            }

            zone.Serve(visit);
            return visit.Hold;
        }

        var local = Hold(cpuNode: 0);
        Assert.True(local >= 1150 + 4 * 22);
        Assert.Equal(local + 4 * 11, Hold(cpuNode: 1));
    }

    [Fact]
    public void A_zone_is_boosted_as_the_sysctl_says()
    {
        var image = Machine.PlanOf([]).Machine.Image;
        var off = image with { Settings = image.Settings with { WatermarkBoostFactor = 0 } };

        Assert.Equal(0, new SimulationPlan(off, [], CostModel.Default, VirtualInstant.Never, [])
            .MakeZone(0).Zone.WatermarkBoostFactor);
    }

    private static ZoneProcess MakeZone() => Machine.PlanOf([]).MakeZone(0);

    private static ZoneVisit Visit(int cpu, long arrival, int order = 0, ZoneVisitKind kind = ZoneVisitKind.Direct) =>
        new()
        {
            Cpu = cpu, Arrival = new(arrival), Way = 50, Kind = kind, Order = order, Type = Migratetype.Movable,
            Flags = AllocationFlags.NoWatermarks, Count = 1, Sequence = 1,
        };
}
