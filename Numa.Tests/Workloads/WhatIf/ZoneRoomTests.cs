using CsCheck;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using Numa.Workloads.WhatIf;

namespace Numa.Tests.Workloads.WhatIf;

public class ZoneRoomTests
{
    // Goal: the room ends exactly where the check refuses. Method: any machine, zone, kind, column and free pages; the
    // check passes with one page more than what the room leaves, and not with what it leaves.
    [Fact]
    public void The_edge_is_the_edge_of_the_check() =>
        Gen.Select(AnyMachine.Machines, Gen.Long[0, 3_000_000], Gen.Int[0, 3]).Sample((machine, free, column) =>
        {
            var release = machine.Release;
            var tuning = MemoryTuning.AtBoot(release, machine.Zones, machine.Cpus, new());
            foreach (var its in tuning.Tunings)
            {
                foreach (var (_, check) in RequestKind.All.SelectMany(kind => kind.Ends(release, column)))
                {
                    var room = ZoneRoom.Pages(release, its, check, free);
                    Assert.False(Passes(its, check, free - room));
                    if (room > 0) Assert.True(Passes(its, check, free - room + 1) && Passes(its, check, free));
                }
            }

            bool Passes(ZoneTuning its, WatermarkCheck check, long pages) =>
                check.Evaluate(release, its, new ZoneRecord { Free = pages, Folded = pages }).Passes;
        }, iter: 200);

    // Goal: the room is what an allocation finds. Method: every zone of a list is left with what its room leaves; the
    // CPU's own walk then comes to the end that was said, and with one page more in a zone that has room it does not.
    [Theory]
    [InlineData("3.10")]
    [InlineData("4.4")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Walks_end_where_the_rooms_do(string kernel)
    {
        // Taking pages away beforehand would raise a boost, which no room counts.
        var booted = Boots.Machine("two-socket-8g.yaml", kernel, boostFactor: kernel[0] == '6' ? 0 : null);
        var rooms = MachineFigures.Of(booted.Image).Where(figure => figure.Part == FigurePart.Room).ToList();
        foreach (var kind in RequestKind.All)
        {
            foreach (var end in rooms.Where(room => room.Kind == kind).Select(room => room.End).Distinct())
            {
                var left = rooms.Where(room => room.Kind == kind && room.End == end).ToDictionary(room => room.Of,
                    room => booted.Image.Zones.Single(zone => zone.Id.ToString() == room.Of).Freed.Value - room.Value);
                var refused = Boots.Ask(booted, kind, left);
                Assert.True(end == RoomEnd.Kswapd
                    ? refused.Passes.Any(pass => pass.Level == WatermarkLevel.Min)
                    : refused.Failure is not null, $"{kind.Name} {end}");
                var open = rooms.Last(room => room.Kind == kind && room.End == end && room.Value > 0).Of;
                left[open]++;
                var served = Boots.Ask(booted, kind, left);
                Assert.True(open == served.Zone?.ToString(), $"{kind.Name} {end} {string.Join(" ", left)}");
                if (end == RoomEnd.Kswapd)
                    Assert.All(served.Passes, pass => Assert.Equal(WatermarkLevel.Low, pass.Level));
            }
        }
    }
}
