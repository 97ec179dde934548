using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>Runs a plan in one thread, without actors, under any grouping.</summary>
/// <remarks>With one group it is a plain event loop; with many it is what hosts do, in a fixed order.</remarks>
public sealed class RoundLoop
{
    private readonly Group[] _groups;
    private readonly RoundClock _clock;
    private readonly Mail _mail;

    /// <param name="options">How rounds are kept; null for as the costs allow.</param>
    public RoundLoop(SimulationPlan plan, GroupMap map, RoundOptions? options = null)
        : this(plan, map, options ?? RoundOptions.Default, RoundBounds.Of(plan.Costs), RoundBounds.Of(plan.Costs))
    {
    }

    /// <summary>With bounds of its own: anything wider than the costs allow is a fault, which must be seen.</summary>
    public RoundLoop(
        SimulationPlan plan, GroupMap map, RoundOptions options, RoundBounds ofClock, RoundBounds ofGroups)
    {
        Cpus = [.. Enumerable.Range(0, plan.CpuCount).Select(plan.MakeCpu)];
        Zones = [.. Enumerable.Range(0, plan.ZoneCount).Select(plan.MakeZone)];
        _mail = new(map.Count);
        foreach (var task in plan.Tasks) Cpus[task.Cpu.Value].Accept(SimulationPlan.StartOf(task));
        _groups =
        [
            .. Enumerable.Range(0, map.Count).Select(group => new Group(group, map,
                Cpus.Where(cpu => map.OfCpu[cpu.Id] == group), Zones.Where(zone => map.OfZone[zone.Slot] == group),
                ofGroups, _mail, options)),
        ];
        _clock = new(ofClock, map.Count, plan.Machine.Zones, options);
        foreach (var group in _groups) _clock.Absorb(group.Begin());
    }

    public CpuProcess[] Cpus { get; }

    public ZoneProcess[] Zones { get; }

    public long Rounds => _clock.Rounds;

    public VirtualInstant Time => _clock.Time;

    /// <summary>How each task ended. Shape: by task number.</summary>
    public IReadOnlyDictionary<TaskId, (TaskEnd End, VirtualInstant At)> Ends => _mail.Ends;

    public IReadOnlyList<WatermarkCrossing> Crossings => _mail.Crossings;

    /// <summary>Runs one round.</summary>
    /// <param name="arrange">May reorder the turns of the round; null leaves them ascending.</param>
    /// <returns>False when nothing can happen any more.</returns>
    public bool Step(Action<List<(int Group, Go Go)>>? arrange = null)
    {
        var turns = _clock.Advance().ToList();
        if (turns.Count == 0) return false;
        arrange?.Invoke(turns);
        foreach (var (group, go) in turns) Invariant.Holds(_mail.Deliver(_groups[group]) == go.Expected);
        foreach (var (group, go) in turns) _clock.Absorb(_groups[group].Turn(go));
        return true;
    }

    public void Run()
    {
        while (Step())
        {
        }
    }

    private sealed class Mail(int groups) : IGroupMail
    {
        private readonly List<Action<Group>>[] _boxes =
            [.. Enumerable.Range(0, groups).Select(_ => new List<Action<Group>>())];

        public Dictionary<TaskId, (TaskEnd End, VirtualInstant At)> Ends { get; } = [];

        public List<WatermarkCrossing> Crossings { get; } = [];

        public int Deliver(Group group)
        {
            var messages = _boxes[group.Id];
            foreach (var message in messages) message(group);
            var count = messages.Count;
            messages.Clear();
            return count;
        }

        public void ToZone(int group, ZoneVisit visit) => _boxes[group].Add(to => to.Deliver(visit, reply: false));

        public void ToCpu(int group, ZoneVisit reply) => _boxes[group].Add(to => to.Deliver(reply, reply: true));

        public void ToCpu(int group, Signal signal) => _boxes[group].Add(to => to.Deliver(signal));

        public void Ended(SimulatedTask task, TaskEnd end, VirtualInstant at) => Ends.Add(task.Id, (end, at));

        public void Crossed(WatermarkCrossing crossing) => Crossings.Add(crossing);
    }
}
