using Numa.Core.Text;

namespace Numa.Workloads.Replay;

/// <summary>What the kernel did on the slow path of one allocation, as far as events tell.</summary>
internal sealed class TracedSlowPath
{
    /// <summary>Kswapds woken: by the allocation, or for a boost that it raised. Unit: the trace's
    /// nanoseconds.</summary>
    public List<(PressureEvent Woken, long Nanoseconds)> Wakes { get; } = [];

    /// <summary>Pages that each direct reclaim freed.</summary>
    public List<long> Reclaims { get; } = [];

    /// <summary>Zones judged whether reclaim is worth another try, and after how many reclaims.</summary>
    public List<(PressureEvent Judged, int Reclaims)> Retries { get; } = [];

    /// <summary>Task that the OOM killer chose for it; null when it did not strike.</summary>
    public int? Victim { get; set; }

    /// <summary>The allocation is at its reclaim: what its task asks for meanwhile is another allocation.</summary>
    public bool IsReclaiming { get; set; }

    /// <summary>Time of the first event, by the trace's clock.</summary>
    public long Begin { get; init; }

    public TracedSlowPath Copy()
    {
        var copy = new TracedSlowPath { Begin = Begin, Victim = Victim, IsReclaiming = IsReclaiming };
        copy.Wakes.AddRange(Wakes);
        copy.Reclaims.AddRange(Reclaims);
        copy.Retries.AddRange(Retries);
        return copy;
    }
}

/// <summary>A kswapd begins a pass, or sleeps.</summary>
internal readonly record struct KswapdEvent(int Node, bool Sleeps, long Nanoseconds);

/// <summary>The events of a phase that are traced only when memory is short, by allocation.</summary>
/// <remarks>What an allocation does on its slow path is traced before its own event.</remarks>
internal sealed class TracedPressure
{
    // By task and whether in an interrupt: an interrupt allocates in the midst of its task's allocation.
    private readonly Dictionary<(int Task, bool InInterrupt), TracedSlowPath> _open = [];
    private readonly Dictionary<int, TracedSlowPath> _ended = [];

    /// <summary>When reclaim first began, by the trace's clock; null when it never did.</summary>
    public long? Reclaim { get; private set; }

    /// <summary>Nodes that kswapd had given up before the phase: after reclaim had freed nothing 16 times.</summary>
    public HashSet<int> GivenUp { get; init; } = [];

    /// <summary>In the order of the trace.</summary>
    public List<KswapdEvent> Kswapd { get; } = [];

    /// <summary>Slow paths whose allocation does not end in the phase.</summary>
    public IEnumerable<TracedSlowPath> Unended => _open.Values;

    /// <summary>The phase has an event of memory shortage.</summary>
    public bool IsAny => Kswapd.Count > 0 || _ended.Count > 0 || _open.Count > 0;

    /// <summary>What the trace tells of an allocation's slow path; null for nothing.</summary>
    public TracedSlowPath? Of(int allocation) => _ended.GetValueOrDefault(allocation);

    public void Add(in TraceEvent next)
    {
        var told = next.Pressure!;
        if (told.Kind is PressureKind.KswapdBegins or PressureKind.KswapdSleeps)
        {
            if (told.Kind == PressureKind.KswapdBegins) Reclaim ??= next.Nanoseconds;
            Kswapd.Add(new(told.Node.Value, told.Kind == PressureKind.KswapdSleeps, next.Nanoseconds));
            return;
        }

        var key = (next.Task, next.ServesInterrupt);
        if (!_open.TryGetValue(key, out var path)) _open[key] = path = new() { Begin = next.Nanoseconds };
        switch (told.Kind)
        {
            case PressureKind.KswapdWoken:
                path.Wakes.Add((told, next.Nanoseconds));
                break;
            case PressureKind.ReclaimBegins:
                Reclaim ??= next.Nanoseconds;
                path.IsReclaiming = true;
                break;
            case PressureKind.ReclaimEnds:
                path.IsReclaiming = false;
                path.Reclaims.Add(told.Reclaimed);
                break;
            case PressureKind.RetryJudged:
                path.Retries.Add((told, path.Reclaims.Count));
                break;
            case PressureKind.VictimMarked:
                path.Victim = told.Victim;
                break;
        }
    }

    /// <summary>An allocation of the task has ended: what came before was its slow path.</summary>
    public void EndAllocation(in TraceEvent next, int allocation)
    {
        var key = (next.Task, next.ServesInterrupt);
        if (!_open.TryGetValue(key, out var path) || path.IsReclaiming) return;
        _open.Remove(key);
        _ended[allocation] = path;
    }

    /// <summary>The log tells of the OOM killer what older traces do not.</summary>
    /// <param name="at">By the trace's clock, which is the log's.</param>
    /// <param name="endOf">Time at which an allocation ended.</param>
    public void Strike(long at, int victim, Func<int, long> endOf)
    {
        var struck = _ended.Where(one => one.Value.Begin <= at && at <= endOf(one.Key)).OrderBy(one => one.Key)
            .Select(one => one.Value).Concat(_open.Values.Where(path => path.Begin <= at))
            .FirstOrDefault(path => path.Reclaims.Count > 0);
        if (struck is not null) struck.Victim ??= victim;
    }

    public TracedPressure Copy()
    {
        var copy = new TracedPressure { Reclaim = Reclaim, GivenUp = GivenUp };
        copy.Kswapd.AddRange(Kswapd);
        foreach (var (key, path) in _open) copy._open[key] = path.Copy();
        foreach (var (allocation, path) in _ended) copy._ended[allocation] = path;
        return copy;
    }
}
