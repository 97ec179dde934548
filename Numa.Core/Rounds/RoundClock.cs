using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Rounds;

/// <summary>Decides, round by round, what every group may execute without ever taking it back.</summary>
/// <remarks>Conservative parallel simulation: see docs/ARCHITECTURE.md, "Virtual time".</remarks>
public sealed class RoundClock
{
    /// <summary>Groups within a fourth of the signal latency of the least instant have a turn.</summary>
    private const int EagerShare = 4;

    /// <summary>Longest turn, however idle the others are: between two turns an actor hears that a run is
    /// aborted.</summary>
    /// <remarks>Round figure: at 40 ns and more a step, at most a quarter of a million steps.</remarks>
    private static readonly VirtualDuration LongestTurn = new(10_000_000);

    private readonly RoundBounds _bounds;
    private readonly NarrowWindow? _narrow;
    private readonly VirtualInstant[] _ready;
    private readonly VirtualInstant[] _asked;
    private readonly VirtualInstant[] _calm;
    private readonly int[] _expected;
    private readonly ulong[] _senders;
    private readonly Board _board;
    private readonly Go[] _go;
    private readonly PageCensus? _census;
    private readonly List<(int Group, Go Go)> _turns = [];
    private VirtualInstant _stepped = new(-1);
    private long _leastUpdate = long.MaxValue;

    public RoundClock(RoundBounds bounds, int groups, ImmutableArray<ZoneImage> zones, RoundOptions options)
    {
        _bounds = bounds;
        _narrow = options.Narrow;
        _ready = new VirtualInstant[groups];
        _asked = new VirtualInstant[groups];
        _calm = new VirtualInstant[groups];
        _expected = new int[groups];
        _senders = new ulong[groups];
        Array.Fill(_ready, VirtualInstant.Never);
        Array.Fill(_asked, VirtualInstant.Never);
        Array.Fill(_calm, VirtualInstant.BeforeAll);
        _board = new(zones.Length);
        _go = [.. Enumerable.Range(0, groups).Select(_ => new Go { Board = _board })];
        _census = options.CountsPages ? new(zones, groups) : null;
    }

    /// <summary>Rounds begun so far.</summary>
    public long Rounds { get; private set; }

    /// <summary>T: the least instant at which anything can still happen.</summary>
    public VirtualInstant Time { get; private set; }

    public void Absorb(TurnReport report)
    {
        _ready[report.Group] = VirtualInstant.Min(_ready[report.Group], report.Ready);
        _asked[report.Group] = VirtualInstant.Min(_asked[report.Group], report.Asked);
        _calm[report.Group] = report.CalmUntil;
        var mark = Go.MarkOf(report.Group);
        foreach (var sent in report.Sent)
        {
            _expected[sent.Group] += sent.Messages;
            unchecked { _senders[sent.Group] += mark * (ulong)sent.Messages; }
            _ready[sent.Group] = VirtualInstant.Min(_ready[sent.Group], sent.Ready);
            _asked[sent.Group] = VirtualInstant.Min(_asked[sent.Group], sent.Asked);
        }

        foreach (var (zone, update) in report.Board)
        {
            _board.Store(zone, update);
            _leastUpdate = Math.Min(_leastUpdate, update.Index);
        }

        _stepped = VirtualInstant.Max(_stepped, report.Stepped);
        if (report.Census is { } turn) _census!.Absorb(report.Group, turn);
    }

    /// <summary>Begins the next round, when the reports of all turns of the last one are in.</summary>
    /// <returns>The groups that can do something and their limits; empty when nothing can happen any more.</returns>
    public IReadOnlyList<(int Group, Go Go)> Advance()
    {
        _turns.Clear();
        _census?.Check(Rounds);
        var answers = new TwoLeast();
        var events = new TwoLeast();
        for (var group = 0; group < _ready.Length; group++)
        {
            // Most groups wait for something: they add nothing.
            if (_ready[group] == VirtualInstant.Never && _asked[group] == VirtualInstant.Never) continue;
            answers.Add(group, VirtualInstant.Max(CalmUntil(group) + _bounds.AcrossWay,
                VirtualInstant.Min(_asked[group] + _bounds.Answer, _ready[group] + _bounds.AcrossWay)));
            events.Add(group, VirtualInstant.Min(_ready[group], _asked[group]));
        }

        var time = events.First;
        if (time == VirtualInstant.Never) return _turns;
        Invariant.Holds(time > Time || Rounds == 0, "time grows: a round executes all that happens at its T");
        CheckReads();
        Time = time;
        Rounds++;
        _board.Settle(Board.IndexReadAt(time, _bounds.Signal.Nanoseconds));
        // A group that is well ahead of the others could go a little further in every round; it waits until it can go
        // far in one, as turns cost more than rounds. Whoever holds time back always has its turn.
        var due = time + new VirtualDuration(_bounds.Signal.Nanoseconds / EagerShare);
        for (var group = 0; group < _ready.Length; group++)
        {
            if (_ready[group] > due && _asked[group] > due) continue;
            var serve = answers.Without(group);
            var runAhead = VirtualInstant.Min(events.Without(group) + _bounds.Signal, time + LongestTurn);
            if (_ready[group] >= runAhead && _asked[group] >= VirtualInstant.Min(serve, runAhead)) continue;
            _turns.Add((group, Permit(group, runAhead, serve)));
            _census?.BeginTurn(group);
            // The turn reports anew; until then nothing of the group counts.
            _ready[group] = VirtualInstant.Never;
            _asked[group] = VirtualInstant.Never;
        }

        Invariant.Holds(_turns.Count > 0);
        return _turns;
    }

    /// <summary>A message that is under way to a group may end its calm.</summary>
    private VirtualInstant CalmUntil(int group) => _expected[group] == 0 ? _calm[group] : VirtualInstant.BeforeAll;

    private Go Permit(int group, VirtualInstant runAhead, VirtualInstant serve)
    {
        var go = _go[group];
        (go.Round, go.Time, go.RunAhead, go.Serve) = (Rounds, Time, runAhead, serve);
        (go.CalmUntil, go.Expected, go.Senders) = (CalmUntil(group), _expected[group], _senders[group]);
        (_expected[group], _senders[group]) = (0, 0);
        if (_narrow is null) return go;
        _narrow(group, go);
        Invariant.Holds(go.RunAhead > Time && go.RunAhead <= runAhead, "a narrower window lets T happen");
        Invariant.Holds(go.Serve > Time && go.Serve <= serve, "a narrower window lets T happen");
        return go;
    }

    /// <summary>Whatever zones did in the last round comes after every board instant that a CPU has read.</summary>
    private void CheckReads()
    {
        var read = _stepped < VirtualInstant.Zero ? -1 : Board.IndexReadAt(_stepped, _bounds.Signal.Nanoseconds);
        Invariant.Holds(_leastUpdate > read, "a service ends after every board instant that was read");
        _leastUpdate = long.MaxValue;
    }

    /// <summary>The least of one instant per group, and the least of the others for the group that has it.</summary>
    private struct TwoLeast
    {
        private VirtualInstant _second = VirtualInstant.Never;
        private int _owner = -1;

        public TwoLeast()
        {
        }

        public VirtualInstant First { get; private set; } = VirtualInstant.Never;

        public void Add(int group, VirtualInstant instant)
        {
            if (instant < First) (First, _second, _owner) = (instant, First, group);
            else if (instant < _second) _second = instant;
        }

        public readonly VirtualInstant Without(int group) => group == _owner ? _second : First;
    }
}
