using Akka.Actor;
using Numa.Actors.Pagesets;
using Numa.Actors.Workloads;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;

namespace Numa.Tests.Actors;

public class PagesetActorTests : ActorTest
{
    // The walk of one allocation: joined only with its task, a visit in the first round, the task back in the second.
    [Fact]
    public async Task It_runs_a_task_to_its_end_and_gives_it_back()
    {
        var task = new ScriptTask(0, 0, ScriptTask.Allocate(5));
        var cpu = Above.ChildActorOf(PagesetActor.Props(CastOf(isVirtual: true, task), 0));
        await Clock.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        cpu.Tell(new PagesetProtocol.GiveTask(SimulationPlan.StartOf(task)), Above);
        Assert.Equal(VirtualInstant.Zero, (await JoinedAsync()).Ready);

        cpu.Tell(Round(1, expected: 0, sender: 1), Clock);
        var visit = await Peer.ExpectMsgAsync<ZoneVisit>();
        Assert.Equal((ZoneVisitKind.Direct, 5, 1L), (visit.Kind, visit.Order, visit.Round));
        Assert.Equal(VirtualInstant.Never, (await Clock.ExpectMsgAsync<TurnReport>()).Ready);

        Tiny.PlanOf([]).MakeZone(0).Serve(visit);
        cpu.Tell(visit, Peer);
        cpu.Tell(Round(2, expected: 1, sender: 1), Clock);
        var returned = await Above.ExpectMsgAsync<WorkloadProtocol.TaskReturned>();
        Assert.Same(task, returned.Task);
        Assert.Equal((TaskEnd.Exited, 32L), (returned.End, task.LivePages));
        await Clock.ExpectMsgAsync<TurnReport>();

        cpu.Tell(new PagesetProtocol.CloseCpu(), Above);
        var closed = await Above.ExpectMsgAsync<PagesetProtocol.CpuClosed>();
        Assert.Equal((4, 1), (closed.Messages, closed.Decisions));
    }

    // A message of the same round is early: it counts for the next one.
    [Fact]
    public async Task An_early_message_is_kept_for_the_next_round()
    {
        var task = new ScriptTask(0, 0, ScriptTask.Sleep);
        var cpu = Above.ChildActorOf(PagesetActor.Props(CastOf(Tiny with { Cpus = 2 }, isVirtual: true, task), 0));
        cpu.Tell(new PagesetProtocol.GiveTask(SimulationPlan.StartOf(task)), Above);
        await JoinedAsync();
        var call = new Signal(new(30_000), 1, 1, 0, SignalKind.HandOver, new(0)) { Round = 1 };
        cpu.Tell(call, Peer);
        cpu.Tell(Round(1, expected: 0, sender: 1), Clock);
        Assert.Equal(VirtualInstant.Never, (await Clock.ExpectMsgAsync<TurnReport>()).Ready);
        cpu.Tell(Round(2, expected: 1, sender: 1), Clock);

        Assert.Equal(30_000, (await Above.ExpectMsgAsync<WorkloadProtocol.TaskReturned>()).At.Nanoseconds);
    }

    [Fact]
    public async Task Under_the_wall_clock_it_runs_at_once_and_a_late_task_at_its_time()
    {
        var task = new ScriptTask(0, 0, ScriptTask.Think(5)) { Start = new(1_000_000) };
        var cpu = Above.ChildActorOf(PagesetActor.Props(CastOf(isVirtual: false, task), 0));
        cpu.Tell(new PagesetProtocol.GiveTask(SimulationPlan.StartOf(task)), Above);

        Assert.True((await Above.ExpectMsgAsync<WorkloadProtocol.TaskReturned>()).At >= task.Start);
    }
}
