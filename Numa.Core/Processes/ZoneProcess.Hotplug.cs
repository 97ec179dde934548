using Numa.Core.Addressing;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>Memory that comes and goes. Each visit is one hold of the lock, as the kernel isolates or frees a memory
/// block under it.</remarks>
public sealed partial class ZoneProcess
{
    private bool _isGone;

    /// <summary>Pages that came online here in the run, less those that went.</summary>
    public long Gained { get; private set; }

    private long ChangeMemory(ZoneVisit visit, ref BuddyWork work)
    {
        var range = visit.Range;
        var before = Zone.FreePages;
        switch (visit.Kind)
        {
            case ZoneVisitKind.Online:
                Zone.BringOnline(range, ref work);
                Gained += range.Pages.Value;
                _isGone = false;
                break;
            case ZoneVisitKind.Isolate:
                visit.Moved = Zone.Isolate(range, ref work);
                break;
            case ZoneVisitKind.EndIsolation:
                visit.Moved = Zone.EndIsolation(range, ref work);
                break;
            case ZoneVisitKind.Offline:
                Zone.TakeAway(range, ref work);
                Gained -= range.Pages.Value;
                break;
        }

        ChangeFree(visit, Zone.FreePages - before);
        return range.Pages.Value;
    }

    /// <summary>The machine has become another, by what was planned or by what the operator tells.</summary>
    private void Follow(MachineFacts machine, VirtualInstant from)
    {
        _machine = machine;
        Zone.Tuning = machine.Zones[Slot].Tuning;
        Zone.WatermarkBoostFactor = machine.Image.Settings.WatermarkBoostFactor;
        FollowMemory(machine.Zones[Slot]);
        if (!machine.RecomputesMarks) return;
        _marksSince = from;
        Zone.FollowMinMark();
        Zone.Boost = 0;
        _latest.Boost = 0;
        _latest.FairBatch = Zone.Tuning.FairBatch.Value;
    }

    /// <summary>How far the zone reaches now, and whether it has any memory.</summary>
    private void FollowMemory(ZoneImage now)
    {
        Zone.Managed = now.Managed;
        _isGone = now.Present == PageCount.Zero;
        if (!_isGone) Zone.Span(now.Start, now.End);
    }
}
