using Akka.Actor;
using Numa.Actors.Machine;
using Numa.Core.Rounds;
using static Numa.Actors.Time.ClockProtocol;

namespace Numa.Actors.Time;

/// <summary>Virtual time: begins each round when all turns of the last one have reported.</summary>
/// <remarks>Tells only the groups that can do something in the round.</remarks>
public sealed class ClockActor : RunActor
{
    private readonly Cast _cast;
    private readonly RoundClock _clock;
    private int _missing;
    private long _messages;

    public ClockActor(Cast cast)
    {
        _cast = cast;
        _clock = new(cast.Bounds, cast.Groups.Count, cast.Plan.Machine.Zones, cast.Rounds);
        _missing = cast.Groups.Count;
        Receive<TurnReport>(Reported);
        Receive<Joined>(joined => Reported(joined.Report));
        Receive<AskProgress>(_ => Sender.Tell(new Progress(_clock.Time, _clock.Rounds), Self));
    }

    public static Props Props(Cast cast) =>
        Akka.Actor.Props.Create(() => new ClockActor(cast)).WithDispatcher(Cast.Dispatcher);

    private void Reported(TurnReport report)
    {
        _messages++;
        _clock.Absorb(report);
        if (--_missing > 0) return;
        var turns = _clock.Advance();
        _missing = turns.Count;
        if (_missing == 0)
        {
            Context.Parent.Tell(new TimeEnded(_clock.Time, _clock.Rounds, _messages), Self);
            return;
        }

        foreach (var (group, go) in turns) _cast.Member(group).Tell(go, Self);
    }
}
