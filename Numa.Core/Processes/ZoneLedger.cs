using Numa.Core.Time;

namespace Numa.Core.Processes;

/// <summary>Sums over the visits of one CPU to one zone for one cause.</summary>
/// <remarks>Unit: virtual nanoseconds and pages.</remarks>
public struct VisitSums
{
    public long Visits;
    public long Refused;
    public long Pages;
    public long Wait;
    public long Hold;

    /// <summary>Arrivals added up, without their overflow: two runs that differ in time differ in it.</summary>
    public long Arrivals;
}

/// <summary>A long wait and who held the lock or queued for it when it began, nearest first.</summary>
public sealed record LongWait(int Cpu, ZoneVisitKind Kind, VirtualInstant Arrival, long Wait, int[] Before);

/// <summary>Every visit to a zone or to an LRU, summed by CPU and cause: the complete record of a lock's
/// contention.</summary>
public sealed class ZoneLedger(int cpus)
{
    /// <summary>Number of causes in <see cref="ZoneVisitKind"/>.</summary>
    public const int Kinds = (int)ZoneVisitKind.Retune + 1;

    /// <summary>How many of the longest waits are kept.</summary>
    public const int LongestKept = 20;

    private readonly VisitSums[]?[] _byCpu = new VisitSums[cpus][];
    private readonly List<LongWait> _longest = [];

    /// <summary>The last services and when they ended: as many as can queue at once, one for each CPU.</summary>
    private readonly (int Cpu, long End)[] _recent = new (int, long)[cpus];
    private long _services;

    /// <summary>Waiting nanoseconds over time; divided by the width it is the mean number of waiters.</summary>
    public TimeBuckets Waiting { get; } = new(64);

    /// <summary>Pages taken over time, by the instant at which the lock was given back.</summary>
    public TimeBuckets Taken { get; } = new(2048);

    public long MaxWait { get; private set; }

    /// <summary>The longest waits, longest first; equal ones by arrival, then CPU.</summary>
    public IReadOnlyList<LongWait> Longest => _longest;

    public void Record(ZoneVisit visit, long pages)
    {
        if (visit.Taken > 0) Taken.Add(visit.Arrival.Nanoseconds + visit.Wait + visit.Hold, pages);
        var sums = _byCpu[visit.Cpu] ??= new VisitSums[Kinds];
        ref var cell = ref sums[(int)visit.Kind];
        cell.Visits++;
        if (!visit.Served) cell.Refused++;
        cell.Pages += pages;
        cell.Wait += visit.Wait;
        cell.Hold += visit.Hold;
        cell.Arrivals = unchecked(cell.Arrivals + visit.Arrival.Nanoseconds);
        if (visit.Wait > 0)
        {
            Waiting.AddSpan(visit.Arrival.Nanoseconds, visit.Wait);
            MaxWait = Math.Max(MaxWait, visit.Wait);
            KeepIfLong(visit);
        }

        if (visit.Hold > 0)
            _recent[_services++ % cpus] = (visit.Cpu, visit.Arrival.Nanoseconds + visit.Wait + visit.Hold);
    }

    /// <summary>Sums of one CPU and cause; zeros when it never came.</summary>
    public VisitSums Of(int cpu, ZoneVisitKind kind) => _byCpu[cpu] is { } sums ? sums[(int)kind] : default;

    public IEnumerable<(int Cpu, ZoneVisitKind Kind, VisitSums Sums)> Cells()
    {
        for (var cpu = 0; cpu < _byCpu.Length; cpu++)
        {
            if (_byCpu[cpu] is not { } sums) continue;
            for (var kind = 0; kind < Kinds; kind++)
            {
                if (sums[kind].Visits > 0) yield return (cpu, (ZoneVisitKind)kind, sums[kind]);
            }
        }
    }

    private void KeepIfLong(ZoneVisit visit)
    {
        // Visits come in the order of their keys, so keeping the earlier of two equal waits needs no tie-break.
        if (_longest.Count == LongestKept && _longest[^1].Wait >= visit.Wait) return;
        var position = _longest.Count;
        while (position > 0 && _longest[position - 1].Wait < visit.Wait) position--;
        _longest.Insert(position, new(visit.Cpu, visit.Kind, visit.Arrival, visit.Wait, Ahead(visit)));
        if (_longest.Count > LongestKept) _longest.RemoveAt(LongestKept);
    }

    private int[] Ahead(ZoneVisit visit)
    {
        var ahead = new List<int>();
        for (var service = _services - 1; service >= 0 && ahead.Count < cpus; service--)
        {
            var (cpu, end) = _recent[service % cpus];
            if (end <= visit.Arrival.Nanoseconds) break;
            ahead.Add(cpu);
        }

        return [.. ahead];
    }
}
