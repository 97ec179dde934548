using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Numa.Actors.Machine;
using Numa.Actors.Time;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Tests.Generators;

namespace Numa.Tests.Actors;

/// <summary>One actor of a tiny machine among probes: the machine above it, the clock, and its peers.</summary>
public abstract class ActorTest : TestKit
{
    private static readonly Config Settings = ConfigurationFactory.ParseString($$"""
        {{Cast.Dispatcher}} { type = Dispatcher }
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        """);

    internal static readonly SmallRun Tiny = new("6.1", 1, 1, 1, 0, 0, 20_000, false, 5);

    protected ActorTest()
        : base(Settings) => (Above, Clock, Peer) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());

    internal TestProbe Above { get; }

    internal TestProbe Clock { get; }

    internal TestProbe Peer { get; }

    /// <summary>A cast in which every part is played by a probe.</summary>
    internal Cast CastOf(bool isVirtual, params SimulatedTask[] tasks) => CastOf(Tiny, isVirtual, tasks);

    internal Cast CastOf(SmallRun machine, bool isVirtual, params SimulatedTask[] tasks)
    {
        var plan = machine.PlanOf(tasks, isVirtual ? null : CostModel.Wall);
        var cast = new Cast(plan, isVirtual, null, TimeProvider.System);
        cast.Clock = Clock;
        cast.Zones[0] = Peer;
        cast.Cpus[0] = Peer;
        return cast;
    }

    internal async Task<TurnReport> JoinedAsync() =>
        (await Clock.ExpectMsgAsync<ClockProtocol.Joined>()).Report;

    /// <summary>A round that forbids nothing before the instant.</summary>
    /// <param name="sender">Group of the messages that are expected.</param>
    internal static Go Round(long number, int expected, int sender, long until = 1_000_000) => new()
    {
        Round = number, Expected = expected, RunAhead = new(until), Serve = new(until),
        Senders = unchecked((ulong)expected * Go.MarkOf(sender)),
        Board = new([Tiny.PlanOf([]).MakeZone(0).Latest]),
    };

    internal static ZoneVisit Visit(long arrival) => new()
    {
        Arrival = new(arrival), Way = 50, Kind = ZoneVisitKind.Direct, Type = Migratetype.Movable, Count = 1,
        Flags = AllocationFlags.NoWatermarks, Sequence = 1,
    };
}
