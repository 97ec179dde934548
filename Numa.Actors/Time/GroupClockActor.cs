using Akka.Actor;
using Numa.Actors.Groups;
using Numa.Actors.Machine;
using Numa.Actors.Workloads;
using Numa.Core.Rounds;
using static Numa.Actors.Time.ClockProtocol;

namespace Numa.Actors.Time;

/// <summary>Virtual time of a run in groups: plays rounds of little work itself and lends the turns of long ones to the
/// groups' actors.</summary>
/// <remarks>A thread that has to be woken for a turn costs more than a short turn. Who plays it changes
/// nothing.</remarks>
public sealed class GroupClockActor : RunActor
{
    /// <summary>Rounds in one mailbox turn, so that the clock still hears of the run's end.</summary>
    private const int RoundsPerTurn = 256;

    private readonly Cast _cast;
    private readonly (Group Group, GroupPost Post)[] _seats;
    private readonly GroupProtocol.PlayTurn?[] _lent;
    private readonly int[] _told;
    private RoundLoop? _rounds;
    private int _missing;
    private long _messages;

    public GroupClockActor(Cast cast)
    {
        _cast = cast;
        _missing = cast.Groups.Count;
        _seats = new (Group, GroupPost)[_missing];
        _lent = new GroupProtocol.PlayTurn?[_missing];
        _told = new int[_missing];
        Receive<GroupProtocol.Joined>(Joined);
        Receive<GroupProtocol.PlayTurn>(Played);
        Receive<GoOn>(_ => GoOn());
        Receive<AskProgress>(_ =>
            Sender.Tell(new Progress(_rounds?.Time ?? default, _rounds?.Rounds ?? 0), Self));
    }

    public static Props Props(Cast cast) =>
        Akka.Actor.Props.Create(() => new GroupClockActor(cast)).WithDispatcher(Cast.Dispatcher);

    private void Joined(GroupProtocol.Joined joined)
    {
        _messages++;
        _seats[joined.Group.Id] = (joined.Group, joined.Post);
        if (--_missing > 0) return;
        _rounds = new(_cast.Plan, _cast.Groups, _seats, _cast.Rounds) { WorthAThread = _cast.WorthAThread };
        _rounds.Begin();
        GoOn();
    }

    private void GoOn()
    {
        _messages++;
        for (var round = 0; round < RoundsPerTurn; round++)
        {
            var turns = _rounds!.BeginRound();
            if (turns.Count == 0)
            {
                Context.Parent.Tell(new TimeEnded(_rounds.Time, _rounds.Rounds, _messages), Self);
                return;
            }

            if (_rounds.IsWorthThreads)
            {
                Lend(turns);
                return;
            }

            foreach (var (group, go) in turns) _rounds.Play(group, go);
            EndRound();
        }

        Self.Tell(new GoOn(), Self);
    }

    private void Lend(IReadOnlyList<(int Group, Go Go)> turns)
    {
        _missing = turns.Count;
        foreach (var (group, go) in turns)
        {
            var turn = _lent[group] ??= new(_rounds!) { Go = go };
            turn.Go = go;
            _cast.NodeGroups[group].Tell(turn, Self);
        }
    }

    private void Played(GroupProtocol.PlayTurn turn)
    {
        _messages++;
        if (--_missing > 0) return;
        EndRound();
        GoOn();
    }

    /// <summary>Tasks that ended in the round go back to their owners.</summary>
    private void EndRound()
    {
        _rounds!.EndRound();
        for (var group = 0; group < _seats.Length; group++)
        {
            var ended = _seats[group].Post.Ended;
            for (; _told[group] < ended.Count; _told[group]++)
            {
                var (task, end, at) = ended[_told[group]];
                _cast.Tasks[task.Id.Value].Tell(new WorkloadProtocol.TaskReturned(task, end, at), Self);
            }
        }
    }
}
