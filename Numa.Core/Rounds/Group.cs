using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>Where a group's messages to other groups go, and whom its tasks return to. Implemented by the
/// host.</summary>
public interface IGroupMail
{
    void ToZone(int group, ZoneVisit visit);

    void ToCpu(int group, ZoneVisit reply);

    void ToCpu(int group, Signal signal);

    void Ended(SimulatedTask task, TaskEnd end, VirtualInstant at);

    void Crossed(WatermarkCrossing crossing);
}

/// <summary>CPUs and zones that one host turn carries through a round.</summary>
/// <remarks>Executes the least event first, and nothing that a message of another group could still precede.</remarks>
public sealed class Group : ICpuEffects
{
    private readonly GroupMap _map;
    private readonly RoundBounds _bounds;
    private readonly IGroupMail _mail;
    private readonly CpuProcess[] _cpus;
    private readonly ZoneProcess[] _zones;
    private readonly EventHeap _ready;
    private readonly VisitQueue _asked = new();
    private readonly TurnReport _report = new();
    private readonly CalmWatch? _calm;
    private ZoneVisit? _serving;
    private VirtualInstant _serve;
    private VirtualInstant _runAhead;
    private VirtualInstant _calmUntil;

    // Messages of other groups since the last turn, and the sum of their senders' marks.
    private int _received;
    private ulong _senders;

    /// <param name="cpus">The group's CPUs, by ascending number.</param>
    /// <param name="zones">The group's zones, by ascending slot.</param>
    public Group(int id, GroupMap map, IEnumerable<CpuProcess> cpus, IEnumerable<ZoneProcess> zones,
        RoundBounds bounds, IGroupMail mail, RoundOptions options)
    {
        Id = id;
        _map = map;
        _bounds = bounds;
        _report.Census = options.CountsPages ? new(mail, map.OfZone.Length) : null;
        _mail = _report.Census ?? mail;
        _cpus = [.. cpus];
        _zones = [.. zones];
        _ready = new(_cpus);
        _report.Group = id;
        // Who is alone relies on nobody; who has no zones, or no CPUs, has all it needs elsewhere.
        if (map.Count > 1 && _cpus.Length > 0 && _zones.Length > 0) _calm = new(_cpus, _zones, map.OfZone.Length);
    }

    public int Id { get; }

    public IReadOnlyList<CpuProcess> Cpus => _cpus;

    public IReadOnlyList<ZoneProcess> Zones => _zones;

    /// <summary>The zone is one of the group's.</summary>
    public bool Carries(int zone) => _map.OfZone[zone] == Id;

    /// <summary>A visit for one of the group's zones, or the reply for one of its CPUs.</summary>
    public void Deliver(ZoneVisit visit, bool reply)
    {
        Count(reply ? _map.OfZone[visit.Zone] : _map.OfCpu[visit.Cpu]);
        if (!reply)
        {
            _asked.Add(visit);
            if (_map.OfCpu[visit.Cpu] != Id) _calm?.CountForeign(1);
            return;
        }

        var place = _map.PlaceOfCpu[visit.Cpu];
        _cpus[place].Complete(visit);
        _ready.Update(place);
    }

    public void Deliver(Signal signal)
    {
        var place = _map.PlaceOfCpu[signal.Receiver];
        var cpu = _cpus[place];
        // A workload that starts a task is in no group.
        if (signal.Sender >= 0) Count(_map.OfCpu[signal.Sender]);
        Invariant.Holds(signal.At > cpu.LastStep, "a signal is later than its receiver's last step");
        cpu.Accept(signal);
        _ready.Update(place);
        _calm?.Look(place);
    }

    /// <summary>What the group would say before its first turn.</summary>
    public TurnReport Begin()
    {
        _report.Ready = _ready.Least;
        _report.Asked = VirtualInstant.Never;
        return Publish(VirtualInstant.BeforeAll);
    }

    /// <summary>Runs until nothing may be executed before the others have had their turn.</summary>
    public TurnReport Turn(Go go)
    {
        _report.Sent.Clear();
        _report.Census?.BeginTurn();
        _report.Board.Clear();
        _report.Work = 0;
        _serve = go.Serve;
        _calmUntil = go.CalmUntil;
        // What zones of this group do in the turn is not on the board yet, so beside them a CPU goes one step of it.
        _runAhead = _zones.Length == 0 ? go.RunAhead : VirtualInstant.Min(go.RunAhead, go.Time + _bounds.Signal);
        try
        {
            Invariant.Holds((_received, _senders) == (go.Expected, go.Senders),
                "messages received are those announced, of every group");
            (_received, _senders) = (0, 0);
            return Execute(go);
        }
        catch (InvariantBreachException breach)
        {
            if (_serving is { } visit) breach.Data[InvariantBreachException.MessageKey] ??= $"{visit}";
            else if (_cpus.Length > 0)
                breach.Data[InvariantBreachException.MessageKey] ??= Describe(_cpus[_ready.Top]);
            throw;
        }
    }

    private void Count(int sender)
    {
        if (sender == Id) return;
        _received++;
        unchecked { _senders += Go.MarkOf(sender); }
    }

    private static string Describe(CpuProcess cpu) => $"step of CPU {cpu.Id} at {cpu.Now}";

    private TurnReport Execute(Go go)
    {
        while (true)
        {
            var ready = _ready.Least;
            var asked = _asked.Least;
            if (ready <= asked && ready < _runAhead)
            {
                Run(_ready.Top, VirtualInstant.Min(_ready.Second, asked) + _bounds.Signal, go.Board);
            }
            else if (asked < _serve && asked < _runAhead && asked < ready)
            {
                Serve(_asked.Take());
            }
            else
            {
                _report.Ready = ready;
                _report.Asked = asked;
                return Publish(go.Time);
            }
        }
    }

    /// <param name="others">Nothing that others of the group do comes back before this.</param>
    private void Run(int place, VirtualInstant others, Board board)
    {
        var cpu = _cpus[place];
        _report.Work += cpu.Run(VirtualInstant.Min(_runAhead, others), board, this);
        Invariant.Holds(cpu.LastStep < _runAhead, "a CPU steps before the run-ahead limit");
        _report.Stepped = VirtualInstant.Max(_report.Stepped, cpu.LastStep);
        _ready.Update(place);
        _calm?.Look(place);
    }

    private void Serve(ZoneVisit visit)
    {
        var zone = _zones[_map.PlaceOfZone[visit.Zone]];
        _serving = visit;
        _report.Work++;
        zone.Serve(visit);
        _serving = null;
        foreach (var crossing in zone.Crossings) _mail.Crossed(crossing);
        zone.Crossings.Clear();
        var group = _map.OfCpu[visit.Cpu];
        if (group == Id)
        {
            Deliver(visit, reply: true);
            return;
        }

        _calm?.CountForeign(-1);
        Lower(visit.Stamp + _bounds.AcrossWay);
        Note(group, VirtualInstant.Never, visit.Stamp);
        _mail.ToCpu(group, visit);
    }

    void ICpuEffects.Send(ZoneVisit visit)
    {
        var group = _map.OfZone[visit.Zone];
        if (group == Id)
        {
            _asked.Add(visit);
            return;
        }

        // The others' zones have served on, in the belief that nobody here asks them.
        Invariant.Holds(_cpus[_map.PlaceOfCpu[visit.Cpu]].Now >= _calmUntil, "a calm CPU asks no zone abroad");
        Lower(visit.Arrival + _bounds.Answer);
        // Once it is answered, this CPU may signal another one of the group.
        _runAhead = VirtualInstant.Min(_runAhead, visit.Arrival + _bounds.Signal);
        Note(group, visit.Arrival, VirtualInstant.Never);
        _mail.ToZone(group, visit);
    }

    void ICpuEffects.Send(Signal signal)
    {
        var group = _map.OfCpu[signal.Receiver];
        if (group == Id)
        {
            Deliver(signal);
            return;
        }

        _runAhead = VirtualInstant.Min(_runAhead, signal.At + _bounds.Signal);
        Note(group, VirtualInstant.Never, signal.At);
        _mail.ToCpu(group, signal);
    }

    void ICpuEffects.Ended(SimulatedTask task, TaskEnd end, VirtualInstant at) => _mail.Ended(task, end, at);

    /// <summary>What this turn sent may be answered within it: serve nothing that an answer's effect could
    /// precede.</summary>
    private void Lower(VirtualInstant limit) => _serve = VirtualInstant.Min(_serve, limit);

    private void Note(int group, VirtualInstant asked, VirtualInstant ready)
    {
        for (var i = 0; i < _report.Sent.Count; i++)
        {
            var sent = _report.Sent[i];
            if (sent.Group != group) continue;
            _report.Sent[i] = new(group, sent.Messages + 1,
                VirtualInstant.Min(sent.Asked, asked), VirtualInstant.Min(sent.Ready, ready));
            return;
        }

        _report.Sent.Add(new(group, 1, asked, ready));
    }

    /// <param name="time">The least instant at which anything could happen in this round.</param>
    private TurnReport Publish(VirtualInstant time)
    {
        foreach (var zone in _zones)
        {
            foreach (var update in zone.Board.Updates) _report.Board.Add((zone.Slot, update));
            zone.Board.Updates.Clear();
        }

        _report.Census?.Count(_cpus, _zones, _asked.Visits);
        if (_calm is not null && time > _bounds.CalmAfter)
            _report.CalmUntil = _calm.Until(VirtualInstant.Min(_report.Ready, _report.Asked));
        return _report;
    }
}
