using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Rounds;

// Goal: every claim that virtual time rests on is watched in every run. Method: plant one breach of each, and see that
// this claim, and no other, is what ends the run. Conservation of pages: PageCensusTests. One result under any grouping:
// SequentialQueueTests, and PlantedFaultTests for the windows.
public class RoundInvariantTests : IGroupMail, ICpuEffects
{
    private const long L = 2_000;

    private static readonly SmallRun Small = new("6.1", 1, 1, 2, 0, 0, L, false, 5);

    private static readonly RoundBounds Bounds = new(new(50), new(130), new(L), VirtualInstant.BeforeAll);

    private static readonly GroupMap Apart = GroupMap.Apart(2, 1);

    private ZoneVisit? _sent;

    private static SimulationPlan Plan(params SimulatedTask[] tasks) => Small.PlanOf(tasks);

    [Fact]
    public void Keys_of_a_zone_ascend_strictly()
    {
        var zone = Plan().MakeZone(0);
        zone.Serve(Visit(cpu: 1, arrival: 100));
        AssertBreach("a zone's keys ascend strictly", () => zone.Serve(Visit(cpu: 1, arrival: 100)));
        AssertBreach("a zone's keys ascend strictly", () => zone.Serve(Visit(cpu: 0, arrival: 100)));
    }

    // A CPU has stepped at 5 L, so it may have read the board of 4 L; then a zone says what was in force at 4 L.
    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void A_service_ends_after_every_board_instant_that_was_read(long index, bool isBreach)
    {
        var clock = Clock();
        var report = Report(0, ready: 6 * L);
        report.Stepped = new(5 * L);
        clock.Absorb(report);
        var late = Report(2);
        late.Board.Add((0, new BoardUpdate(index, default)));
        clock.Absorb(late);
        if (isBreach) AssertBreach("a service ends after every board instant that was read", () => clock.Advance());
        else Assert.Single(clock.Advance());
    }

    [Fact]
    public void A_signal_is_later_than_its_receivers_last_step()
    {
        var group = GroupOfCpu(new ScriptTask(0, 0, ScriptTask.Think(700), ScriptTask.Sleep));
        group.Turn(Go(1, until: 5_000));
        Assert.Equal(700, group.Cpus[0].LastStep.Nanoseconds);
        AssertBreach("a signal is later than its receiver's last step", () => group.Deliver(Call(at: 700)));
    }

    // A signal is sent whose answer, by bounds that are wrong, is there before the step that sends it.
    [Fact]
    public void A_CPU_steps_before_the_run_ahead_limit()
    {
        var wrong = Bounds with { Signal = new(-50_000) };
        var group = GroupOfCpu(wrong, new ScriptTask(0, 0, ScriptTask.HandAllTo(1)), new ScriptTask(1, 1));
        AssertBreach("a CPU steps before the run-ahead limit", () => group.Turn(Go(1, until: 5_000)));
    }

    [Fact]
    public void A_calm_CPU_asks_no_zone_abroad()
    {
        var group = GroupOfCpu(new ScriptTask(0, 0, ScriptTask.Allocate(5)));
        var go = Go(1, until: 5_000);
        go.CalmUntil = new(1);
        AssertBreach("a calm CPU asks no zone abroad", () => group.Turn(go));
    }

    [Fact]
    public void A_reply_answers_the_request_that_is_outstanding()
    {
        var plan = Plan(new ScriptTask(0, 0, ScriptTask.Allocate(5)));
        var (cpu, zone) = (plan.MakeCpu(0), plan.MakeZone(0));
        AssertBreach("a reply answers the request that is outstanding", () => cpu.Complete(Visit(0, 100)));
        cpu.Accept(SimulationPlan.StartOf(plan.Tasks[0]));
        cpu.Run(new(1), new(1), this);
        zone.Serve(_sent!);
        AssertBreach("a reply answers the request that is outstanding", () => cpu.Complete(Visit(0, 100)));
        _sent!.Sequence++;
        AssertBreach("a reply answers the request that is outstanding", () => cpu.Complete(_sent));
        _sent.Sequence--;
        cpu.Complete(_sent);
        AssertBreach("a reply answers the request that is outstanding", () => cpu.Complete(_sent));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(499)]
    public void Time_grows_as_a_round_executes_all_that_happens_at_its_T(long next)
    {
        var clock = Clock();
        clock.Absorb(Report(0, ready: 500));
        Assert.Equal(500, Assert.Single(clock.Advance()).Go.Time.Nanoseconds);
        clock.Absorb(Report(0, ready: next));
        AssertBreach("time grows: a round executes all that happens at its T", () => clock.Advance());
    }

    // One message is announced, of CPU 1's group: one of the zone is as many, and still not it; nor are two, or none.
    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(0, 1, true)]
    [InlineData(0, 0, true)]
    [InlineData(2, 0, true)]
    [InlineData(1, 1, true)]
    public void Messages_received_are_those_announced_of_every_group(int calls, int replies, bool isBreach)
    {
        var group = GroupOfCpu(new ScriptTask(0, 0, ScriptTask.Allocate(5)));
        group.Turn(Go(1, until: 5_000));
        for (var i = 0; i < calls; i++) group.Deliver(Call(at: 30_000 + i));
        if (replies > 0)
        {
            Plan().MakeZone(0).Serve(_sent!);
            group.Deliver(_sent!, reply: true);
        }

        var go = Go(2, until: 5_000);
        (go.Expected, go.Senders) = (1, Numa.Core.Rounds.Go.MarkOf(1));
        if (isBreach) AssertBreach("messages received are those announced, of every group", () => group.Turn(go));
        else group.Turn(go);
    }

    // What the clock announces: the messages that reports name, by sender; once only.
    [Fact]
    public void The_clock_announces_what_was_sent_to_a_group()
    {
        var clock = Clock();
        clock.Absorb(Report(0, sent: new(2, 2, new(900), VirtualInstant.Never)));
        clock.Absorb(Report(1, sent: new(2, 1, new(800), VirtualInstant.Never)));
        clock.Absorb(Report(2));
        var (group, go) = Assert.Single(clock.Advance());
        Assert.Equal((2, 3), (group, go.Expected));
        Assert.Equal(unchecked(2 * Numa.Core.Rounds.Go.MarkOf(0) + Numa.Core.Rounds.Go.MarkOf(1)), go.Senders);
        clock.Absorb(Report(2, ready: 5_000));
        Assert.Equal((0, 0ul), (clock.Advance()[0].Go.Expected, go.Senders));
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 1, false)]
    [InlineData(1, 0, true)]
    [InlineData(100_000_000, 1, true)]
    [InlineData(1, 100_000_000, true)]
    public void A_narrower_window_lets_T_happen(long runAhead, long serve, bool isBreach)
    {
        var clock = new RoundClock(Bounds, 3, Plan().Machine.Zones, new()
        {
            Narrow = (_, go) => (go.RunAhead, go.Serve) = (go.Time + new VirtualDuration(runAhead),
                go.Time + new VirtualDuration(serve)),
        });
        clock.Absorb(Report(0, ready: 500));
        clock.Absorb(Report(1, ready: 900));
        if (isBreach) AssertBreach("a narrower window lets T happen", () => clock.Advance());
        else Assert.NotEmpty(clock.Advance());
    }

    void IGroupMail.ToZone(int group, ZoneVisit visit) => _sent = visit;

    void IGroupMail.ToCpu(int group, ZoneVisit reply) => throw new NotSupportedException();

    void IGroupMail.ToCpu(int group, Signal signal)
    {
    }

    void IGroupMail.Ended(SimulatedTask task, TaskEnd end, VirtualInstant at)
    {
    }

    void IGroupMail.Crossed(WatermarkCrossing crossing)
    {
    }

    void ICpuEffects.Send(ZoneVisit visit) => _sent = visit;

    void ICpuEffects.Send(Signal signal)
    {
    }

    void ICpuEffects.Ended(SimulatedTask task, TaskEnd end, VirtualInstant at)
    {
    }

    private static void AssertBreach(string claim, Action act) =>
        Assert.Equal(claim, Assert.Throws<InvariantBreachException>(act).Claim);

    private Group GroupOfCpu(params SimulatedTask[] tasks) => GroupOfCpu(Bounds, tasks);

    /// <summary>CPU 0 alone, with the first task.</summary>
    private Group GroupOfCpu(RoundBounds bounds, params SimulatedTask[] tasks)
    {
        var group = new Group(0, Apart, [Plan(tasks).MakeCpu(0)], [], bounds, this, RoundOptions.Default);
        group.Deliver(SimulationPlan.StartOf(tasks[0]));
        return group;
    }

    private static Signal Call(long at) => new(new(at), 1, at, 0, SignalKind.HandOver, new(0));

    private static ZoneVisit Visit(int cpu, long arrival) => new()
    {
        Cpu = cpu, Arrival = new(arrival), Way = 50, Kind = ZoneVisitKind.Direct, Type = Migratetype.Movable, Count = 1,
    };

    private static Go Go(long round, long until) => new()
    {
        Round = round, RunAhead = new(until), Serve = new(until), CalmUntil = VirtualInstant.BeforeAll,
        Board = new([Plan().MakeZone(0).Latest]),
    };

    private static RoundClock Clock() => new(Bounds, 3, Plan().Machine.Zones, RoundOptions.Default);

    private static TurnReport Report(int group, long? ready = null, Sent? sent = null)
    {
        var report = new TurnReport
        {
            Group = group,
            Ready = ready is { } at ? new(at) : VirtualInstant.Never,
            Asked = VirtualInstant.Never,
        };
        if (sent is { } messages) report.Sent.Add(messages);
        return report;
    }
}
