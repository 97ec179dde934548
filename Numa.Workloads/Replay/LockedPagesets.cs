using Numa.Core.Text;

namespace Numa.Workloads.Replay;

/// <summary>Finds what interrupts freed while the CPU's pageset was locked.</summary>
/// <remarks>The lock is held from a refill's first block to the end of the allocation that it is for, and from one page
/// of a list that is freed to the next. No event tells of it, so where refills and lists stand in the trace decides.
/// An interrupt that does anything but free shows that it was not so.</remarks>
/// <param name="slotOf">Slot of the zone that holds a frame, null for none.</param>
/// <param name="isListed">Whether pagesets hold blocks of an order.</param>
internal sealed class LockedPagesets(Func<long, int?> slotOf, Func<int, bool> isListed)
{
    private readonly Dictionary<int, Interrupted> _cpus = [];

    /// <summary>Takes note of the trace's next event.</summary>
    /// <param name="request">Index among its CPU's requests, should it be one.</param>
    /// <returns>Indices of frees before it that found the pageset locked.</returns>
    public IEnumerable<int> Before(in TraceEvent next, int request)
    {
        if (!_cpus.TryGetValue(next.Cpu.Value, out var cpu)) _cpus[next.Cpu.Value] = cpu = new();
        if (next.ServesInterrupt)
        {
            if (next.Kind != TraceEventKind.Freed || next.Task != cpu.Last.Task) cpu.Last = default;
            else cpu.Frees.Add((request, slotOf(next.Frame.Value)));
            return [];
        }

        var last = cpu.Last;
        cpu.Last = next;
        if (cpu.Frees.Count == 0) return [];
        var locked = slotOf(last.Frame.Value);
        var found = cpu.Frees.FindAll(free => free.Slot == locked).ConvertAll(free => free.Request);
        cpu.Frees.Clear();
        return last.Task == next.Task && IsLocked(last, next) ? found : [];
    }

    private bool IsLocked(in TraceEvent last, in TraceEvent next) => (last.Kind, next.Kind) switch
    {
        (TraceEventKind.Taken or TraceEventKind.FellBack, TraceEventKind.Taken or TraceEventKind.Allocated) =>
            next.Order == last.Order && isListed(next.Order),
        (TraceEventKind.FreedInList or TraceEventKind.Drained, TraceEventKind.FreedInList) =>
            slotOf(last.Frame.Value) == slotOf(next.Frame.Value),
        _ => false,
    };

    private sealed class Interrupted
    {
        /// <summary>The last event that was not of an interrupt; of no kind that holds the lock once an interrupt has
        /// shown that it is not held.</summary>
        public TraceEvent Last { get; set; }

        public List<(int Request, int? Slot)> Frees { get; } = [];
    }
}
