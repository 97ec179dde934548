using Numa.Actors.Zones;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;

namespace Numa.Tests.Actors;

public class ZoneActorTests : ActorTest
{
    [Fact]
    public async Task In_rounds_it_waits_for_every_announced_visit_and_serves_by_arrival()
    {
        var zone = Above.ChildActorOf(ZoneActor.Props(CastOf(isVirtual: true), 0));
        await JoinedAsync();
        var (early, late) = (Visit(100), Visit(200));
        zone.Tell(Round(1, expected: 2, sender: 0), Clock);
        zone.Tell(late, Peer);
        await Clock.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        zone.Tell(early, Peer);

        Assert.Same(early, await Peer.ExpectMsgAsync<ZoneVisit>());
        Assert.Same(late, await Peer.ExpectMsgAsync<ZoneVisit>());
        Assert.True(late.Wait > 0);
        var report = await Clock.ExpectMsgAsync<TurnReport>();
        Assert.Equal(VirtualInstant.Never, report.Asked);
        Assert.Equal((0, 2, early.Stamp), (report.Sent[0].Group, report.Sent[0].Messages, report.Sent[0].Ready));
    }

    [Fact]
    public async Task A_visit_beyond_the_round_is_kept_for_a_later_one()
    {
        var zone = Above.ChildActorOf(ZoneActor.Props(CastOf(isVirtual: true), 0));
        await JoinedAsync();
        zone.Tell(Visit(100), Peer);
        zone.Tell(Round(1, expected: 1, sender: 0, until: 100), Clock);
        Assert.Equal(100, (await Clock.ExpectMsgAsync<TurnReport>()).Asked.Nanoseconds);
        zone.Tell(Round(2, expected: 0, sender: 0, until: 101), Clock);
        await Peer.ExpectMsgAsync<ZoneVisit>();
    }

    [Fact]
    public async Task Under_the_wall_clock_it_serves_as_visits_come_and_gives_its_state_back()
    {
        var zone = Above.ChildActorOf(ZoneActor.Props(CastOf(isVirtual: false), 0));
        zone.Tell(Visit(200), Peer);
        Assert.Equal(1, (await Peer.ExpectMsgAsync<ZoneVisit>()).Taken);
        zone.Tell(new ZoneProtocol.CloseZone(), Above);
        var closed = await Above.ExpectMsgAsync<ZoneProtocol.ZoneClosed>();

        Assert.Equal((1, 1, 1), (closed.Messages, closed.Decisions, closed.Zone.FreeAtStart - closed.Zone.Latest.Free));
    }
}
