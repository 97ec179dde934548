using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>Keeps the rounds of a plan's groups, whoever plays their turns.</summary>
/// <remarks>With one group it is a plain event loop. The turns of a round may be played in any order, or each by
/// another thread: a group and its post belong to its turn alone.</remarks>
public sealed class RoundLoop
{
    /// <summary>Rounds over which the work of a turn is averaged.</summary>
    private const int Remembered = 16;

    /// <summary>Steps and services that take about 100 µs: waking a thread takes tens.</summary>
    /// <remarks>Round figure.</remarks>
    public const long AboutHundredMicroseconds = 2_000;

    private readonly Group[] _groups;
    private readonly GroupPost[] _posts;
    private readonly RoundClock _clock;
    private readonly TurnReport?[] _reports;
    private IReadOnlyList<(int Group, Go Go)> _turns = [];
    private long _recentWork;

    /// <summary>Makes the plan's CPUs and zones, and gives the CPUs their tasks.</summary>
    /// <param name="options">How rounds are kept; null for as the costs allow.</param>
    public RoundLoop(SimulationPlan plan, GroupMap map, RoundOptions? options = null)
        : this(plan, map,
            [.. Enumerable.Range(0, map.Count).Select(group => Seat(plan, map, group, options))], options)
    {
        foreach (var task in plan.Tasks)
            _groups[map.OfCpu[task.Cpu.Value]].Deliver(SimulationPlan.StartOf(task));
        Begin();
    }

    /// <summary>Takes over groups that are made; their CPUs are given their tasks before <see cref="Begin"/>.</summary>
    /// <param name="seats">Shape: index = group number.</param>
    /// <param name="options">The same that the groups were made with.</param>
    /// <param name="bounds">Null for what the costs allow; anything wider is a fault, which must be seen.</param>
    public RoundLoop(SimulationPlan plan, GroupMap map, IReadOnlyList<(Group Group, GroupPost Post)> seats,
        RoundOptions? options = null, RoundBounds? bounds = null)
    {
        _groups = [.. seats.Select(seat => seat.Group)];
        _posts = [.. seats.Select(seat => seat.Post)];
        _reports = new TurnReport?[_groups.Length];
        Cpus = [.. _groups.SelectMany(group => group.Cpus).OrderBy(cpu => cpu.Id)];
        Zones = [.. _groups.SelectMany(group => group.Zones).OrderBy(zone => zone.Slot)];
        _clock = new(bounds ?? RoundBounds.Of(plan), map.Count, plan.Machine.Zones, options ?? RoundOptions.Default);
    }

    public CpuProcess[] Cpus { get; }

    public ZoneProcess[] Zones { get; }

    /// <summary>Steps and services of a turn from which a thread of its own pays.</summary>
    public long WorthAThread { get; init; } = AboutHundredMicroseconds;

    public long Rounds => _clock.Rounds;

    public VirtualInstant Time => _clock.Time;

    /// <summary>How each task ended. Shape: by task number.</summary>
    public IReadOnlyDictionary<TaskId, (TaskEnd End, VirtualInstant At)> Ends => _posts
        .SelectMany(post => post.Ended).ToDictionary(ended => ended.Task.Id, ended => (ended.End, ended.At));

    public IReadOnlyList<WatermarkCrossing> Crossings => [.. _posts.SelectMany(post => post.Crossings)];

    /// <summary>The turns of late were so long that threads of their own pay for them.</summary>
    public bool IsWorthThreads => _turns.Count > 1 && _recentWork / Remembered >= WorthAThread * _turns.Count;

    /// <summary>A group with its post, its CPUs without tasks.</summary>
    public static (Group Group, GroupPost Post) Seat(
        SimulationPlan plan, GroupMap map, int group, RoundOptions? options = null,
        Action<CpuProcess>? prepare = null)
    {
        var cpus = Members(map.OfCpu, group).Select(plan.MakeCpu).ToList();
        foreach (var cpu in cpus) prepare?.Invoke(cpu);
        var post = new GroupPost(map.Count);
        var zones = Members(map.OfZone, group).Select(plan.MakeZone);
        return (new(group, map, cpus, zones, RoundBounds.Of(plan), post, options ?? RoundOptions.Default), post);
    }

    /// <summary>Every CPU has its tasks.</summary>
    public void Begin()
    {
        foreach (var group in _groups) _clock.Absorb(group.Begin());
    }

    /// <summary>Begins a round.</summary>
    /// <returns>Its turns; none when nothing can happen any more.</returns>
    public IReadOnlyList<(int Group, Go Go)> BeginRound() => _turns = _clock.Advance();

    /// <summary>Plays one turn of the round.</summary>
    public void Play(int group, Go go)
    {
        _posts[group].DeliverTo(_groups[group]);
        _reports[group] = _groups[group].Turn(go);
    }

    /// <summary>Ends the round, when all its turns are played.</summary>
    public void EndRound()
    {
        var work = 0L;
        foreach (var (group, _) in _turns)
        {
            var report = _reports[group]!;
            _reports[group] = null;
            _clock.Absorb(report);
            work += report.Work;
            foreach (var sent in report.Sent) _posts[group].PassTo(sent.Group, _posts[sent.Group]);
        }

        _recentWork += work - _recentWork / Remembered;
    }

    /// <summary>Runs one round.</summary>
    /// <param name="arrange">May reorder the turns of the round; null leaves them ascending.</param>
    /// <returns>False when nothing can happen any more.</returns>
    public bool Step(Action<List<(int Group, Go Go)>>? arrange = null)
    {
        var turns = BeginRound();
        if (turns.Count == 0) return false;
        if (arrange is not null)
        {
            List<(int Group, Go Go)> arranged = [.. turns];
            arrange(arranged);
            turns = arranged;
        }

        foreach (var (group, go) in turns) Play(group, go);
        EndRound();
        return true;
    }

    public void Run()
    {
        while (Step())
        {
        }
    }

    private static IEnumerable<int> Members(int[] groups, int group) =>
        Enumerable.Range(0, groups.Length).Where(member => groups[member] == group);
}
