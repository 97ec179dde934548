using System.Collections;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Core.Zones.Buddy;
using Numa.Core.Zones.Pagesets;

namespace Numa.Workloads.Verification;

/// <summary>Predicts each block that leaves a booting kernel's buddy lists, from those of the mass release.</summary>
/// <remarks>
/// The trace says what is asked for and what comes back; ours is which block that gets. Before tracing began, pages
/// were taken that no event shows. They can be inferred once for each zone and migratetype: all that would have been
/// taken before the first block seen is held to be taken already. That block itself is then not compared.
/// The prediction ends with the trace, at lost events, at the first event of a second CPU (events of two CPUs may be
/// printed in another order than they took effect), and at the first block that is not the kernel's.
/// </remarks>
internal sealed class BootTraceReplay
{
    private readonly KernelRelease _release;
    private readonly Tally _tally;
    private readonly string _file;
    private readonly List<TracedZone> _zones;
    private readonly HashSet<(ZoneId Zone, Migratetype Type)> _seen = [];
    private readonly Dictionary<int, (long Frame, int Order)> _lastOf = [];
    private readonly List<string> _remarks = [];
    private CpuId? _cpu;
    private long _takenAt = -1;

    public BootTraceReplay(CaptureBoot boot, string file, Tally tally)
    {
        (_release, _file, _tally) = (boot.Image.Release, file, tally);
        _zones = [.. boot.Image.Zones.Select((zone, slot) => new TracedZone(_release, zone,
            DeferredZone.Start(boot.Layout, boot.Layout.Zones[slot]) ?? zone.End))];
    }

    /// <summary>What had to be inferred, and where the prediction ended, for people.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>The whole trace was followed.</summary>
    public bool IsComplete { get; private set; }

    public IEnumerable<long> FreeList(ZoneId zone, int order, Migratetype type) =>
        _zones.First(traced => traced.Image.Id == zone).Lists.FreeList(order, type);

    public void Run(FtraceReader trace)
    {
        while (trace.TryRead(out var next))
        {
            if (next.Kind is TraceEventKind.Mark or TraceEventKind.Pressure) continue;
            var end = next.Kind == TraceEventKind.Lost ? "events were lost"
                : next.Cpu != (_cpu ??= next.Cpu) ? $"CPU {next.Cpu} runs beside CPU {_cpu}"
                : Follow(next);
            if (end is null) continue;
            _remarks.Add($"{_file}: predicted up to line {next.Line}: {end}");
            return;
        }

        IsComplete = true;
    }

    /// <returns>Why the prediction ends here; null when it goes on.</returns>
    private string? Follow(TraceEvent next)
    {
        if (_zones.FirstOrDefault(zone => zone.Holds(next.Frame)) is not { } zone) return null;
        var frame = next.Frame.Value;
        var takenAt = _takenAt;
        _takenAt = -1;
        switch (next.Kind)
        {
            case TraceEventKind.Taken:
                _takenAt = frame;
                return Take(zone, next);

            // A claimed pageblock or a single stolen block shows no other event than this one.
            case TraceEventKind.FellBack
                when _release.Fallback == MigratetypeFallbackRule.ClaimThenSteal && takenAt != frame:
                return Take(zone, next);
            case TraceEventKind.Allocated:
                _lastOf[next.Task] = (frame, next.Order);
                return null;
            case TraceEventKind.Freed:
                return Free(zone, next);
            case TraceEventKind.Drained:
                return zone.Free(next, MigratetypeNumbers.Numbered(_release, next.TypeNumber), toTail: false);
            default:
                return null;
        }
    }

    private string? Free(TracedZone zone, TraceEvent next)
    {
        if (zone.IsDeferred(next)) return zone.Free(next, null, toTail: true);
        if (_release.ReturnsExactTailsToBuddy && IsTailOfLast(next)) return zone.Free(next, null, toTail: true);
        return Pageset.Holds(_release, next.Order) ? null : zone.Free(next, null, toTail: false);
    }

    /// <summary>Whether a page is given back from within the block that its task has just got.</summary>
    private bool IsTailOfLast(TraceEvent next) =>
        next.Order == 0 && _lastOf.TryGetValue(next.Task, out var last)
        && next.Frame.Value > last.Frame && next.Frame.Value < last.Frame + (1L << last.Order);

    private string? Take(TracedZone zone, TraceEvent next)
    {
        if (MigratetypeNumbers.Numbered(_release, next.TypeNumber) is not { } type || next.Order > Order.MaxValue)
            return $"no order {next.Order} or migratetype {next.TypeNumber} is known";
        var frame = next.Frame.Value;
        var ours = zone.Lists.Take(next.Order, type);
        var isFirst = _seen.Add((zone.Image.Id, type));
        if (isFirst && ours >= 0 && ours != frame && zone.Lists.IsFree(frame))
        {
            var from = ours;
            var blocks = 0L;
            for (; ours >= 0 && ours != frame; blocks++) ours = zone.Lists.Take(next.Order, type);
            if (ours == frame)
            {
                _remarks.Add($"{_file}: {blocks << next.Order} pages of {zone.Image.Id} were taken as {type} before "
                    + $"line {next.Line}, unseen: inferred from 0x{frame:x} in place of 0x{from:x}");
                return null;
            }
        }

        _tally.Same($"{_file} line {next.Line} order {next.Order} {type}", $"0x{frame:x}",
            ours < 0 ? "none" : $"0x{ours:x}",
            () => "the head of the smallest list that will do, split from above; from another type the largest block");
        return ours == frame ? null : "the kernel took another block";
    }

    /// <summary>A zone's lists while it boots.</summary>
    private sealed class TracedZone
    {
        private readonly long _deferredStart;
        private readonly BitArray _released;

        /// <param name="deferredStart">From here on pages are released in the course of the trace.</param>
        public TracedZone(KernelRelease release, ZoneImage image, PageFrameNumber deferredStart)
        {
            Image = image;
            _deferredStart = deferredStart.Value;
            _released = new((int)(image.End - deferredStart).Value);
            var first = image.Released.Where(range => range.Start < deferredStart)
                .Select(range => range.End > deferredStart ? range with { End = deferredStart } : range);
            Lists = new(release, image with { Released = [.. first], FreedLate = [] });
        }

        public ZoneImage Image { get; }

        public BuddyReplay Lists { get; }

        public bool Holds(PageFrameNumber frame) => frame >= Image.Start && frame < Image.End;

        /// <summary>Whether deferred initialisation releases a block: whether it comes back before it could
        /// go.</summary>
        public bool IsDeferred(TraceEvent freed)
        {
            var first = (int)(freed.Frame.Value - _deferredStart);
            if (freed.Order > Order.MaxValue || first < 0 || _released[first]) return false;
            if (!Image.Released.Any(range => range.Contains(freed.Frame))) return false;
            for (var page = first; page < Math.Min(_released.Count, first + (1 << freed.Order)); page++)
                _released[page] = true;
            return true;
        }

        /// <returns>Why this cannot be; null when it can.</returns>
        public string? Free(TraceEvent freed, Migratetype? type, bool toTail)
        {
            var frame = freed.Frame.Value;
            if (freed.Order > Order.MaxValue || (frame & ((1L << freed.Order) - 1)) != 0
                || frame + (1L << freed.Order) > Image.End.Value)
            {
                return $"no block of order {freed.Order} begins at 0x{frame:x}";
            }

            for (var page = frame; page < frame + (1L << freed.Order); page++)
            {
                if (Lists.IsFree(page)) return $"0x{page:x} is given back and was not taken by an event";
            }

            Lists.Free(frame, freed.Order, type, toTail);
            return null;
        }
    }
}
