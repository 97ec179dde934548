using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones.Pagesets;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Replay;

/// <summary>The requests of one CPU of a phase, and beside them the kernel's answers.</summary>
internal sealed class TracedCpu
{
    public List<ReplayRequest> Requests { get; } = [];

    /// <summary>Shape: as <see cref="Requests"/>.</summary>
    public List<ReplayAnswer> Answers { get; } = [];
}

/// <summary>A phase of a trace, cut into what was asked and what was answered.</summary>
/// <remarks>The phase lies between the marks <c>PHASE BEGIN</c> and <c>PHASE END</c>; a trace without them is one
/// phase.</remarks>
internal sealed class TracedPhase
{
    private const string BeginMark = "PHASE BEGIN";
    private const string EndMark = "PHASE END";

    // Reused by each thread: a phase's events take more room than all that is made of them.
    [ThreadStatic]
    private static List<TraceEvent>? _room;

    private readonly string _file;
    private readonly Dictionary<string, GfpFlags> _gfp = [];
    private readonly Dictionary<AllocationRequest, AllocationRequest> _kinds = [];

    // By first frame: blocks that the phase allocated and has not freed whole, and frees that may yet be moved.
    private readonly Dictionary<long, (int Allocation, int Order)> _live = [];
    private readonly Dictionary<long, (int Cpu, int Index)> _announced = [];
    private readonly Dictionary<int, List<long>> _taken = [];
    private readonly Dictionary<int, int> _takenSince = [];
    private readonly Dictionary<int, int> _fallbacks = [];
    private readonly KernelRelease _release;

    private readonly TakenPages _pages;
    private readonly TaskPolicies _policies;

    private readonly LockedPagesets _locks;

    private readonly int _cpuCount;

    private TracedPhase(string file, KernelRelease release, int cpuCount, TakenPages taken, TaskPolicies policies,
        InterleaveStarts starts)
    {
        (_file, _release, _cpuCount, _pages, _policies, Starts) = (file, release, cpuCount, taken, policies, starts);
        _locks = new(frame => taken.SlotOf(frame, 0), order => Pageset.Holds(release, order));
    }

    /// <summary>What was inferred of where tasks begin to interleave.</summary>
    public InterleaveStarts Starts { get; }

    /// <summary>Shape: index = CPU number; CPUs that asked nothing have no requests.</summary>
    public List<TracedCpu> Cpus { get; } = [];

    /// <summary>Allocations in the order of the trace. Shape: (CPU, index of its request).</summary>
    public List<(int Cpu, int Index)> Allocations { get; } = [];

    /// <summary>Blocks that went to the buddy lists, and not after a free of the same task.</summary>
    public List<(long Nanoseconds, int Cpu, long Frame)> TimerDrains { get; } = [];

    /// <summary>Allocations that an interrupt freed something in: they are put before what it freed.</summary>
    /// <remarks>Their blocks had left the buddy lists when it came, and their events are printed at the end.</remarks>
    public int Interrupted { get; private set; }

    /// <summary>Frees of interrupts that came while the CPU's pageset was locked.</summary>
    public int Locked { get; private set; }

    /// <summary>What the trace tells of shortage.</summary>
    public TracedPressure Pressure { get; private init; } = new();

    /// <summary>When reclaim first began, by the trace's clock; null when it never did.</summary>
    public long? Reclaim => Pressure.Reclaim;

    /// <summary>Time of the phase's first mark or event.</summary>
    public long Start { get; private set; } = -1;

    /// <summary>Time of its last mark or event.</summary>
    public long End { get; private set; }

    /// <summary>This phase and what happened after its end while the lists were read; null when nothing did.</summary>
    public TracedPhase? WhileRead { get; private set; }

    /// <summary>Takes note of tasks that the OOM killer took during the phase.</summary>
    /// <param name="kills">Shape: (time by the trace's clock, task).</param>
    public void Strike(IEnumerable<(long Nanoseconds, int Task)> kills)
    {
        foreach (var (at, task) in kills.Where(kill => kill.Nanoseconds >= Start && kill.Nanoseconds <= End))
            Pressure.Strike(at, task, EndOf);

        long EndOf(int number) => Cpus[Allocations[number].Cpu].Requests[Allocations[number].Index].Nanoseconds;
    }

    /// <summary>Something was freed between an allocation's first event on the slow path and its end.</summary>
    public bool FreesWithin(TracedSlowPath? path, long end)
    {
        return path is not null && Cpus.Exists(cpu => cpu.Requests.Exists(IsWithin));

        bool IsWithin(ReplayRequest request) =>
            request.IsFree && request.Nanoseconds > path.Begin && request.Nanoseconds < end;
    }

    /// <param name="seen">The machine that was traced, as it stood when the phase began.</param>
    /// <param name="on">The machine whose requests are wanted: that one or another.</param>
    /// <param name="policies">By task number, as that machine's kernel makes them.</param>
    public static TracedPhase Read(FtraceReader trace, string file, MachineImage seen, MachineImage on,
        IReadOnlyDictionary<int, TaskPolicy> policies)
    {
        var events = _room ??= [];
        events.Clear();
        var begins = 0;
        var isEnded = false;
        while (trace.TryRead(out var next))
        {
            if (next.Kind == TraceEventKind.Lost) throw Refuse(file, next, "events were lost here");
            if (next.Kind == TraceEventKind.Mark && next.Text.EndsWith(BeginMark, StringComparison.Ordinal))
            {
                // What came before happened while the lists were read.
                events.Clear();
                begins++;
            }

            events.Add(next);
            isEnded = next.Kind == TraceEventKind.Mark && next.Text.EndsWith(EndMark, StringComparison.Ordinal);
            if (isEnded) break;
        }

        if (events.Count == 0) throw new InputException([new(new(file, 0, 0), ProblemCodes.Trace, "holds no event")]);
        if (isEnded != begins > 0)
            throw Refuse(file, events[^1], $"the mark '{(isEnded ? BeginMark : EndMark)}' is missing");
        if (begins > 1) throw Refuse(file, events[0], "a second phase begins");
        var starts = new InterleaveStarts(policies, seen);
        foreach (var next in events) starts.Add(next);
        var phase = new TracedPhase(
            file, seen.Release, seen.Cpus.CpuCount, new(seen), new(starts.Told(), on), starts);
        foreach (var next in events) phase.Add(next);
        events.Clear();
        while (trace.TryRead(out var next))
        {
            if (next.Kind == TraceEventKind.Lost) throw Refuse(file, next, "events were lost here");
            events.Add(next);
            if (next.Kind == TraceEventKind.Mark) break;
        }

        // A mark alone says that nothing happened while the lists were read.
        var proper = events is [{ Kind: not TraceEventKind.Mark }, ..] ? phase.Copy() : phase;
        if (proper != phase)
        {
            proper.WhileRead = phase;
            foreach (var next in events) phase.Add(next);
            phase.DropMoved();
        }

        proper.DropMoved();
        return proper;
    }

    /// <summary>The phase as far as it was read.</summary>
    private TracedPhase Copy()
    {
        var copy = new TracedPhase(_file, _release, _cpuCount, _pages, _policies, Starts)
        {
            Start = Start, End = End, Interrupted = Interrupted, Locked = Locked,
            Pressure = Pressure.Copy(),
        };
        foreach (var cpu in Cpus)
        {
            var copied = new TracedCpu();
            copied.Requests.AddRange(cpu.Requests);
            copied.Answers.AddRange(cpu.Answers.Select(answer => answer.Copy()));
            copy.Cpus.Add(copied);
        }

        copy.Allocations.AddRange(Allocations);
        copy.TimerDrains.AddRange(TimerDrains);
        return copy;
    }

    private void Add(in TraceEvent next)
    {
        if (Start < 0) Start = next.Nanoseconds;
        End = Math.Max(End, next.Nanoseconds);
        var cpu = next.Cpu.Value;
        if (cpu >= _cpuCount)
            throw Refuse(_file, next, $"CPU {cpu}, but the machine has CPUs 0-{_cpuCount - 1}");
        while (Cpus.Count <= cpu) Cpus.Add(new());
        if (next.Pressure is not null)
        {
            Pressure.Add(next);
            return;
        }

        if (_release.TriesPagesetLock)
        {
            foreach (var free in _locks.Before(next, Cpus[cpu].Requests.Count))
            {
                Cpus[cpu].Requests[free] = Cpus[cpu].Requests[free] with { IsPagesetLocked = true };
                Locked++;
            }
        }

        switch (next.Kind)
        {
            case TraceEventKind.Taken:
                if (TakenOn(cpu).Count == 0) _takenSince[cpu] = Cpus[cpu].Requests.Count;
                TakenOn(cpu).Add(next.Frame.Value);
                break;
            case TraceEventKind.FellBack:
                FellBack(next);
                break;
            case TraceEventKind.Allocated:
                Allocate(next);
                break;
            case TraceEventKind.Freed:
                Free(next);
                break;
            case TraceEventKind.FreedInList:
                Move(next);
                break;
            case TraceEventKind.Drained:
                Drain(next);
                break;
        }
    }

    private List<long> TakenOn(int cpu)
    {
        if (!_taken.TryGetValue(cpu, out var taken)) _taken[cpu] = taken = [];
        return taken;
    }

    /// <summary>A fallback is told beside the block that is taken, or (6.12) instead of it.</summary>
    private void FellBack(in TraceEvent next)
    {
        var taken = TakenOn(next.Cpu.Value);
        _fallbacks[next.Cpu.Value] = _fallbacks.GetValueOrDefault(next.Cpu.Value) + 1;
        if (_release.Fallback != MigratetypeFallbackRule.ClaimThenSteal) return;
        if (taken.Count == 0 || taken[^1] != next.Frame.Value) taken.Add(next.Frame.Value);
    }

    private void Allocate(in TraceEvent next)
    {
        var cpu = Cpus[next.Cpu.Value];
        var frame = next.Frame.Value;
        var number = Allocations.Count;
        var answer = new ReplayAnswer(next.Line, frame, [.. TakenOn(next.Cpu.Value)]);
        TakenOn(next.Cpu.Value).Clear();
        if (_fallbacks.Remove(next.Cpu.Value, out var fallbacks)) answer.Fallbacks = fallbacks;
        for (var page = frame; page < frame + (1L << next.Order); page++) _announced.Remove(page);
        if (frame != 0 && !_pages.Are(frame, next.Order))
        {
            // A frame that is taken already is a claim of the trace that no later free can be laid to.
            _live[frame] = (number, next.Order);
            _pages.Mark(frame, next.Order, taken: true);
        }

        var place = answer.Taken.Length == 0 ? cpu.Requests.Count : PlaceOf(next.Cpu.Value);
        var time = place == cpu.Requests.Count ? next.Nanoseconds : cpu.Requests[place].Nanoseconds;
        Pressure.EndAllocation(next, number);
        Allocations.Add((next.Cpu.Value, place));
        cpu.Requests.Insert(place, new(time, next.Task, Kind(next), number, 0, next.Order));
        cpu.Answers.Insert(place, answer);
    }

    /// <summary>Where an allocation belongs whose blocks were taken: before what was freed since.</summary>
    private int PlaceOf(int cpu)
    {
        var requests = Cpus[cpu].Requests;
        var place = _takenSince[cpu];
        for (var i = place; i < requests.Count; i++)
        {
            if (!requests[i].IsFree) return requests.Count;
        }

        if (place == requests.Count) return place;
        Interrupted++;
        foreach (var (frame, at) in _announced.ToList())
        {
            if (at.Cpu == cpu && at.Index >= place) _announced[frame] = (cpu, at.Index + 1);
        }

        return place;
    }

    private AllocationRequest Kind(in TraceEvent next)
    {
        if (!_gfp.TryGetValue(next.Text, out var gfp))
        {
            gfp = TracedGfpText.Parse(next.Text, out var unknown)
                ?? throw Refuse(_file, next, $"'{unknown}' is no gfp flag");
            _gfp[next.Text] = gfp;
        }

        if (next.Order >= Order.Count) throw Refuse(_file, next, $"order {next.Order}: expected at most 10");
        var kind = _policies.Apply(next.Task, gfp, new(next.Order), next.IsInterrupt);
        if (_kinds.TryGetValue(kind, out var known)) return known;
        _kinds[kind] = kind;
        return kind;
    }

    private void Free(in TraceEvent next)
    {
        var cpu = Cpus[next.Cpu.Value];
        var frame = next.Frame.Value;
        if (next.Order >= Order.Count) throw Refuse(_file, next, $"order {next.Order}: expected at most 10");
        // What is free already has no owner any more, though a block of which it was part may still be in use.
        var (allocation, within) = _pages.Are(frame, next.Order) ? Owner(frame, next.Order) : (ReplayRequest.Unseen, 0);
        if (allocation == ReplayRequest.Older && !_pages.AreOlder(frame, next.Order)) allocation = ReplayRequest.Unseen;
        _pages.Mark(frame, next.Order, taken: false);
        _announced[frame] = (next.Cpu.Value, cpu.Requests.Count);
        cpu.Requests.Add(
            new(next.Nanoseconds, next.Task, null, allocation, allocation < 0 ? frame : within, next.Order)
            {
                ByWorker = next.IsWorker,
            });
        cpu.Answers.Add(new(next.Line, 0, []));
    }

    /// <summary>The allocation whose block a freed block is or is part of.</summary>
    private (int Allocation, long Within) Owner(long frame, int order)
    {
        for (var size = order; size < Order.Count; size++)
        {
            var start = frame & -(1L << size);
            if (!_live.TryGetValue(start, out var owner) || owner.Order < size) continue;
            if (frame + (1L << order) > start + (1L << owner.Order)) continue;
            if (owner.Order == order) _live.Remove(start);
            return (owner.Allocation, frame - start);
        }

        return (ReplayRequest.Older, 0);
    }

    /// <summary>Pages of a list are announced one after the other and take effect afterwards (6.1 and later); older
    /// kernels name the list before each page, and then there is nothing to move.</summary>
    private void Move(in TraceEvent next)
    {
        if (!_release.AnnouncesListsFirst) return;
        if (!_announced.Remove(next.Frame.Value, out var place)) return;
        var (from, to) = (Cpus[place.Cpu], Cpus[next.Cpu.Value]);
        var request = from.Requests[place.Index];
        from.Requests[place.Index] = request with { Order = Moved };
        to.Requests.Add(request with { Nanoseconds = next.Nanoseconds });
        to.Answers.Add(new(next.Line, 0, []));
    }

    private const int Moved = -1;

    private void Drain(in TraceEvent next)
    {
        var cpu = Cpus[next.Cpu.Value];
        var last = cpu.Requests.Count - 1;
        if (last >= 0 && cpu.Requests[last].IsFree && cpu.Requests[last].Task == next.Task)
            cpu.Answers[last].Drain(next.Frame.Value);
        else TimerDrains.Add((next.Nanoseconds, next.Cpu.Value, next.Frame.Value));
    }

    private void DropMoved()
    {
        foreach (var cpu in Cpus)
        {
            var kept = 0;
            var places = new int[cpu.Requests.Count];
            for (var i = 0; i < cpu.Requests.Count; i++)
            {
                places[i] = kept;
                if (cpu.Requests[i].Order == Moved) continue;
                cpu.Requests[kept] = cpu.Requests[i];
                cpu.Answers[kept++] = cpu.Answers[i];
            }

            cpu.Requests.RemoveRange(kept, cpu.Requests.Count - kept);
            cpu.Answers.RemoveRange(kept, cpu.Answers.Count - kept);
            for (var i = 0; i < Allocations.Count; i++)
            {
                var (holder, index) = Allocations[i];
                if (Cpus[holder] == cpu) Allocations[i] = (holder, places[index]);
            }
        }
    }

    private static InputException Refuse(string file, in TraceEvent at, string what) =>
        new([new(new(file, at.Line, 1), ProblemCodes.Trace, what)]);
}
