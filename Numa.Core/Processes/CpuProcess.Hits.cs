using System.Runtime.CompilerServices;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>Most allocations repeat the one before: the first zone of the list still passes its check, and the CPU's
/// own list still has a page. What such a walk comes to is kept until the CPU sees something new of the zone.</remarks>
public sealed partial class CpuProcess
{
    private readonly Hit?[] _hits = new Hit?[Order.Count];

    // The hit that the last allocation was; null when it walked.
    private Hit? _lastHit;

    /// <summary>A request that the first zone of its list serves from the pageset.</summary>
    private sealed class Hit
    {
        public AllocationRequest? Request;
        public CpuZone Zone = null!;

        /// <summary>What the CPU had seen of the zone when the check passed.</summary>
        public long Seen;
        public Walk Walk;

        /// <summary>Every page counts against the zone's fair batch.</summary>
        public bool IsFair;

        /// <summary>From the request until the program has the page, zeroed if it is to be.</summary>
        public VirtualDuration Cost;
        public long Uncounted;
    }

    /// <summary>Serves a request without a walk, if nothing can have changed since a walk found a page for it
    /// here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryHit(AllocationRequest request)
    {
        var order = request.Order.Value;
        if (_hits[order] is not { } hit || !ReferenceEquals(hit.Request, request)) return false;
        var zone = hit.Zone;
        Refresh(zone);
        if (zone.Seen != hit.Seen || (hit.IsFair && zone.FairDepleted)) return false;
        if (!zone.Pageset.TryTakeHead(order, request.Type, out var frame)) return false;
        if (!ReferenceEquals(_lastHit, hit))
        {
            CountHits();
            _lastHit = hit;
        }

        hit.Uncounted++;
        zone.Touched = true;
        if (!request.InBulk) zone.Pageset.BeginAllocation();
        if (hit.IsFair) ChargeFairBatch(zone, 1 << order);
        if (_perturbation.IsOn) SpendOnHit(zone, request);
        else _now += hit.Cost;
        if (request.Lru is { } lru) GiveToLru(lru, frame, zone.Slot);
        else _current!.Allocated(new(frame, order, zone.Slot));
        return true;
    }

    /// <summary>Hits are counted together, before anybody reads a counter or another task has its turn.</summary>
    private void CountHits()
    {
        if (_lastHit is not { Uncounted: > 0 } hit) return;
        Counters.Allocations += hit.Uncounted;
        Counters.PagesetHits += hit.Uncounted;
        _current!.Allocations += hit.Uncounted;
        Count(hit.Zone, hit.Zone.Slot, hit.Request!, hit.Uncounted);
        hit.Uncounted = 0;
    }

    /// <summary>The walk's first zone serves it from the pageset: the same request will fare the same.</summary>
    /// <remarks>Policies and cpusets choose the list anew for each allocation, and whoever is recorded walks.</remarks>
    private void NoteHit(CpuZone zone)
    {
        var request = _walk.Request;
        var isPlain = (request.Policy is null || request.ThisNodeOnly) && request.MemsAllowed.IsDefaultOrEmpty
            && request.AllowedNodes.IsDefaultOrEmpty && Recorder is null;
        if (!isPlain || zone.Slot != _walk.Preferred || _walk.Level != WatermarkLevel.Low) return;
        var hit = _hits[request.Order.Value] ??= new();
        (hit.Request, hit.Zone, hit.Seen, hit.Walk) = (request, zone, zone.Seen, _walk);
        hit.IsFair = _machine.Release.FairZonePolicy;
        hit.Cost = _pagesetHit + Zeroing(zone, request);
    }

    /// <summary>An exchange asks how the last allocation walked.</summary>
    private void RecallWalk()
    {
        if (_lastHit is null) return;
        CountHits();
        _walk = _lastHit.Walk;
        _lastHit = null;
    }
}
