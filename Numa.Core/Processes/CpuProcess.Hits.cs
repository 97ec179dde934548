using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>Most allocations repeat the one before: the first zone of the list still passes its check, and the CPU's own
/// list still has a page. What such a walk comes to is kept until the CPU sees something new of the zone.</remarks>
public sealed partial class CpuProcess
{
    private readonly Hit[] _hits = new Hit[Order.Count];

    // Order of the hit that was the last allocation; -1 when it walked.
    private int _lastHit = -1;

    /// <summary>A request that the first zone of its list serves from the pageset.</summary>
    private struct Hit
    {
        public AllocationRequest? Request;
        public CpuZone Zone;

        /// <summary>What the CPU had seen of the zone when the check passed.</summary>
        public long Seen;
        public Walk Walk;
    }

    /// <summary>Serves a request without a walk, if nothing can have changed since a walk found a page for it
    /// here.</summary>
    private bool TryHit(AllocationRequest request)
    {
        ref var hit = ref _hits[request.Order.Value];
        if (!ReferenceEquals(hit.Request, request)) return false;
        var zone = hit.Zone;
        Refresh(zone);
        if (zone.Seen != hit.Seen || (zone.FairDepleted && _machine.Release.FairZonePolicy)) return false;
        var order = request.Order.Value;
        if (!zone.Pageset.TryTakeHead(order, request.Type, out var frame)) return false;
        _lastHit = order;
        if (!request.InBulk) zone.Pageset.BeginAllocation();
        Count(zone, zone.Slot, request);
        var begin = _now;
        Spend(_costs.PagesetHit);
        CountHit(begin);
        _current!.Allocated(new(frame, order, zone.Slot));
        return true;
    }

    /// <summary>The walk's first zone serves it from the pageset: the same request will fare the same.</summary>
    /// <remarks>Policies and cpusets choose the list anew for each allocation, and whoever is recorded walks.</remarks>
    private void NoteHit(CpuZone zone)
    {
        var request = _walk.Request;
        var isPlain = (request.Policy is null || request.ThisNodeOnly) && request.MemsAllowed.IsDefaultOrEmpty
            && request.AllowedNodes.IsDefaultOrEmpty && Recorder is null;
        if (isPlain && zone.Slot == _walk.Preferred && _walk.Level == WatermarkLevel.Low)
            _hits[request.Order.Value] = new() { Request = request, Zone = zone, Seen = zone.Seen, Walk = _walk };
    }

    /// <summary>An exchange asks how the last allocation walked.</summary>
    private void RecallWalk()
    {
        if (_lastHit >= 0) _walk = _hits[_lastHit].Walk;
        _lastHit = -1;
    }
}
