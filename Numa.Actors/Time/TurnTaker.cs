using Akka.Actor;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;

namespace Numa.Actors.Time;

/// <summary>An actor's part in the rounds: takes the announced messages, runs its group's turn, reports.</summary>
/// <remarks>Messages carry the round they were sent in. A turn takes those of earlier rounds, and waits until all that
/// were announced are there; messages of its own round may come early and are kept for the next turn.</remarks>
internal sealed class TurnTaker(Group group, IActorRef clock)
{
    private readonly List<(long Round, object Message)> _received = [];
    private Go? _go;

    /// <summary>Round whose turn is under way, or was the last.</summary>
    public long Round { get; private set; }

    /// <summary>Turns taken.</summary>
    public long Turns { get; private set; }

    public void Join() => clock.Tell(new ClockProtocol.Joined(group.Begin()));

    public void Take(ZoneVisit visit)
    {
        _received.Add((visit.Round, visit));
        TryTurn();
    }

    public void Take(Signal signal)
    {
        _received.Add((signal.Round, signal));
        TryTurn();
    }

    public void Begin(Go go)
    {
        Invariant.Holds(_go is null);
        _go = go;
        TryTurn();
    }

    private void TryTurn()
    {
        if (_go is not { } go) return;
        var due = 0;
        foreach (var (round, _) in _received)
        {
            if (round < go.Round) due++;
        }

        Invariant.Holds(due <= go.Expected);
        if (due < go.Expected) return;
        Round = go.Round;
        Turns++;
        Deliver(go.Round);
        _go = null;
        clock.Tell(group.Turn(go));
    }

    private void Deliver(long before)
    {
        var kept = 0;
        for (var i = 0; i < _received.Count; i++)
        {
            var (round, message) = _received[i];
            if (round >= before) _received[kept++] = _received[i];
            else if (message is ZoneVisit visit) group.Deliver(visit, reply: !group.Carries(visit.Zone));
            else group.Deliver((Signal)message);
        }

        _received.RemoveRange(kept, _received.Count - kept);
    }
}
