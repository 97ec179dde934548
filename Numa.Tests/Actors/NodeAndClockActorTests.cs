using Numa.Actors.Nodes;
using Numa.Actors.Pagesets;
using Numa.Actors.Time;
using Numa.Actors.Workloads;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Generators;
using static Numa.Actors.Time.ClockProtocol;

namespace Numa.Tests.Actors;

public class NodeAndClockActorTests : ActorTest
{
    [Fact]
    public async Task A_node_brings_its_zones_online_and_keeps_their_crossings()
    {
        var node = Above.ChildActorOf(NodeActor.Props(CastOf(isVirtual: true), new(0)));
        Assert.Equal(0, Assert.Single((await Above.ExpectMsgAsync<NodeProtocol.NodeOnline>()).Zones).Slot);
        var crossing = new WatermarkCrossing(0, WatermarkLevel.Low, true, new(77), 3);
        node.Tell(new NodeProtocol.NoteCrossing(crossing), Peer);
        node.Tell(new NodeProtocol.CloseNode(), Above);
        var closed = await Above.ExpectMsgAsync<NodeProtocol.NodeClosed>();

        Assert.Equal(crossing, Assert.Single(closed.Crossings));
        Assert.Equal((2, 2), (closed.Messages, closed.Decisions));
    }

    // Groups: CPU 0 and zone 0, both played by the peer. Only who can do something is told to.
    [Fact]
    public async Task The_clock_begins_a_round_when_all_have_reported_and_ends_when_nothing_can_happen()
    {
        var clock = Above.ChildActorOf(ClockActor.Props(CastOf(isVirtual: true)));
        clock.Tell(new Joined(Report(0, ready: 500)), Peer);
        await Peer.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        clock.Tell(new Joined(Report(1)), Peer);
        var go = await Peer.ExpectMsgAsync<Go>();
        Assert.Equal((1, 500, 0), (go.Round, go.Time.Nanoseconds, go.Expected));

        // The CPU asks the zone; the zone answers; the CPU is done.
        var asks = Report(0);
        asks.Sent.Add(new(1, 1, new(550), VirtualInstant.Never));
        clock.Tell(asks, Peer);
        go = await Peer.ExpectMsgAsync<Go>();
        Assert.Equal((2, 550, 1), (go.Round, go.Time.Nanoseconds, go.Expected));
        var answers = Report(1);
        answers.Sent.Add(new(0, 1, VirtualInstant.Never, new(900)));
        clock.Tell(answers, Peer);
        Assert.Equal(900, (await Peer.ExpectMsgAsync<Go>()).Time.Nanoseconds);
        clock.Tell(new AskProgress(), Peer);
        Assert.Equal(new Progress(new(900), 3), await Peer.ExpectMsgAsync<Progress>());
        clock.Tell(Report(0), Peer);

        Assert.Equal(new TimeEnded(new(900), 3, 5), await Above.ExpectMsgAsync<TimeEnded>());
    }

    [Fact]
    public async Task A_workload_gives_its_task_away_once_and_tells_of_its_end()
    {
        var task = new ScriptTask(0, 0);
        var workload = Above.ChildActorOf(WorkloadActor.Props(CastOf(isVirtual: true, task), task));
        workload.Tell(new WorkloadProtocol.BeginWork(), Above);
        Assert.Same(task, (await Peer.ExpectMsgAsync<PagesetProtocol.GiveTask>()).Start.Program);
        workload.Tell(new WorkloadProtocol.TaskReturned(task, TaskEnd.NeedsReclaim, new(9)), Peer);
        Assert.Equal(new WorkloadProtocol.WorkDone(new(0)), await Above.ExpectMsgAsync<WorkloadProtocol.WorkDone>());
        workload.Tell(new WorkloadProtocol.CloseWork(), Above);

        Assert.Equal(new WorkloadProtocol.WorkClosed(new(0), TaskEnd.NeedsReclaim, new(9), 2, 2),
            await Above.ExpectMsgAsync<WorkloadProtocol.WorkClosed>());
    }

    private static TurnReport Report(int group, long ready = long.MaxValue) =>
        new() { Group = group, Ready = new(ready), Asked = VirtualInstant.Never };
}
