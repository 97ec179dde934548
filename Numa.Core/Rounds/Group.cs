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
    private readonly Dictionary<int, CpuProcess> _cpus;
    private readonly Dictionary<int, ZoneProcess> _zones;
    private readonly EventHeap _ready;
    private readonly PriorityQueue<ZoneVisit, ZoneVisit> _asked =
        new(Comparer<ZoneVisit>.Create(ZoneVisit.CompareKeys));
    private readonly TurnReport _report = new();
    private ZoneVisit? _serving;
    private VirtualInstant _serve;
    private VirtualInstant _runAhead;

    public Group(int id, GroupMap map, IEnumerable<CpuProcess> cpus, IEnumerable<ZoneProcess> zones,
        RoundBounds bounds, IGroupMail mail, RoundOptions options)
    {
        Id = id;
        _map = map;
        _bounds = bounds;
        _report.Census = options.CountsPages ? new(mail, map.OfZone.Length) : null;
        _mail = _report.Census ?? mail;
        _cpus = cpus.ToDictionary(cpu => cpu.Id);
        _zones = zones.ToDictionary(zone => zone.Slot);
        _ready = new(_cpus.Values);
        _report.Group = id;
    }

    public int Id { get; }

    public IReadOnlyCollection<CpuProcess> Cpus => _cpus.Values;

    public IReadOnlyCollection<ZoneProcess> Zones => _zones.Values;

    /// <summary>The zone is one of the group's.</summary>
    public bool Carries(int zone) => _zones.ContainsKey(zone);

    /// <summary>A visit for one of the group's zones, or the reply for one of its CPUs.</summary>
    public void Deliver(ZoneVisit visit, bool reply)
    {
        if (!reply)
        {
            _asked.Enqueue(visit, visit);
            return;
        }

        var cpu = _cpus[visit.Cpu];
        cpu.Complete(visit);
        _ready.Update(cpu);
    }

    public void Deliver(Signal signal)
    {
        var cpu = _cpus[signal.Receiver];
        Invariant.Holds(signal.At > cpu.LastStep);
        cpu.Accept(signal);
        _ready.Update(cpu);
    }

    /// <summary>What the group would say before its first turn.</summary>
    public TurnReport Begin()
    {
        _report.Ready = _ready.Least;
        _report.Asked = VirtualInstant.Never;
        return Publish();
    }

    /// <summary>Runs until nothing may be executed before the others have had their turn.</summary>
    public TurnReport Turn(Go go)
    {
        _report.Sent.Clear();
        _report.Census?.BeginTurn();
        _report.Board.Clear();
        _serve = go.Serve;
        // What zones of this group do in the turn is not on the board yet, so beside them a CPU goes one step of it.
        _runAhead = _zones.Count == 0 ? go.RunAhead : VirtualInstant.Min(go.RunAhead, go.Time + _bounds.Signal);
        try
        {
            return Execute(go.Board);
        }
        catch (InvariantBreachException breach)
        {
            if (_serving is { } visit) breach.Data[InvariantBreachException.MessageKey] ??= $"{visit}";
            else if (_cpus.Count > 0)
                breach.Data[InvariantBreachException.MessageKey] ??= $"step of CPU {_ready.Top.Id} at {_ready.Top.Now}";
            throw;
        }
    }

    private TurnReport Execute(BoardView board)
    {
        while (true)
        {
            var ready = _ready.Least;
            var asked = _asked.TryPeek(out var visit, out _) ? visit.Arrival : VirtualInstant.Never;
            if (ready <= asked && ready < _runAhead)
            {
                var cpu = _ready.Top;
                var others = VirtualInstant.Min(_ready.Second, asked) + _bounds.Signal;
                cpu.Run(VirtualInstant.Min(_runAhead, others), board, this);
                Invariant.Holds(cpu.LastStep < _runAhead);
                _report.Stepped = VirtualInstant.Max(_report.Stepped, cpu.LastStep);
                _ready.Update(cpu);
            }
            else if (asked < _serve && asked < _runAhead && asked < ready)
            {
                Serve(_asked.Dequeue());
            }
            else
            {
                _report.Ready = ready;
                _report.Asked = asked;
                return Publish();
            }
        }
    }

    private void Serve(ZoneVisit visit)
    {
        var zone = _zones[visit.Zone];
        _serving = visit;
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

        Lower(visit.Stamp + _bounds.AcrossWay);
        Note(group, VirtualInstant.Never, visit.Stamp);
        _mail.ToCpu(group, visit);
    }

    void ICpuEffects.Send(ZoneVisit visit)
    {
        var group = _map.OfZone[visit.Zone];
        if (group == Id)
        {
            _asked.Enqueue(visit, visit);
            return;
        }

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

    private TurnReport Publish()
    {
        foreach (var zone in _zones.Values)
        {
            foreach (var update in zone.Board.Updates) _report.Board.Add((zone.Slot, update));
            zone.Board.Updates.Clear();
        }

        _report.Census?.Count(_cpus.Values, _zones.Values, _asked.UnorderedItems.Select(item => item.Element));
        return _report;
    }
}
