using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Mempolicies;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>What decides along which list a request walks, and which of its zones it may use: memory policy, cpuset,
/// and the zones that are known as full.</remarks>
public sealed partial class CpuProcess
{
    private readonly ZonelistCache?[] _full;

    /// <summary>One call of the allocator.</summary>
    /// <param name="Node">Node whose zonelist is walked.</param>
    /// <param name="Mask">Nodes that may serve it; empty for all.</param>
    private readonly record struct Attempt(GfpFlags Gfp, NodeId Node, ImmutableArray<NodeId> Mask);

    private void ApplyPolicy(Mempolicy policy)
    {
        var request = _walk.Request;
        var gfp = request.Gfp;
        var ofMapping = request.HighestZone(_machine.Release) == ZoneKind.Movable;
        if (policy.Interleaves)
        {
            var turns = _current!.Interleaving;
            var next = ofMapping ? turns.NextOfMapping(policy, request.Order) : turns.Next(policy);
            _walk.Attempt = new(gfp, next, []);
            _walk.Interleaves = policy.Mode == MempolicyMode.Interleave;
            return;
        }

        var node = policy.PreferredNode ?? _walk.Attempt.Node;
        var mask = policy.Mode == MempolicyMode.Bind && Restricts(policy) ? policy.Nodes : [];
        _walk.Attempt = new(gfp, node, mask);
        if (policy.Mode == MempolicyMode.PreferredMany)
        {
            _walk.Second = _walk.Attempt;
            _walk.HasSecond = true;
            _walk.Attempt = new(Mempolicy.FirstAttempt(gfp), node, policy.Nodes);
        }
        else if (request.IsHugePageFault && (mask.IsEmpty || mask.Contains(node)))
        {
            PlaceHugePage();
        }
    }

    private bool Restricts(Mempolicy policy)
    {
        var movableOnly = true;
        foreach (var node in policy.Nodes) movableOnly &= !_machine.HasLowMemory(node);
        var highest = _walk.Request.HighestZone(_machine.Release);
        if (!Mempolicy.Restricts(highest, _machine.PolicyZone, movableOnly)) return false;
        var mems = _walk.Request.MemsAllowed;
        return mems.IsDefaultOrEmpty || policy.Nodes.Any(node => mems.Contains(node));
    }

    private void PlaceHugePage()
    {
        var rule = _machine.Release.HugePagePlacement;
        if (rule == HugePagePlacement.AnyNode) return;
        var gfp = _walk.Attempt.Gfp;
        if (rule == HugePagePlacement.ThisNodeFirst)
        {
            _walk.Second = _walk.Attempt;
            _walk.HasSecond = (gfp & GfpFlags.DirectReclaim) != 0;
            gfp |= GfpFlags.NoRetry;
        }

        _walk.Attempt = _walk.Attempt with { Gfp = gfp | GfpFlags.ThisNode };
    }

    /// <summary>In the fast path the cpuset is the mask, or a second condition beside the policy's.</summary>
    private void EnterCpuset()
    {
        if (_walk.Attempt.Mask.IsDefaultOrEmpty)
            _walk.Attempt = _walk.Attempt with { Mask = _walk.Request.MemsAllowed };
        else
            _walk.Flags |= AllocationFlags.CpuSet;
    }

    /// <summary>In the slow path the mask is the policy's again, and the cpuset a condition beside it.</summary>
    private void LeaveFastPathMask()
    {
        if (_walk.Attempt.Mask != _walk.Request.MemsAllowed) return;
        _walk.Attempt = _walk.Attempt with { Mask = [] };
        FindPreferred();
    }

    // Most requests allow every node: then the zone need not be looked at.
    private bool IsInMask(int slot) =>
        _walk.Attempt.Mask.IsDefaultOrEmpty || _walk.Attempt.Mask.Contains(_machine.Zones[slot].Id.Node);

    private bool IsAllowed(int slot)
    {
        if (!IsInMask(slot)) return false;
        var mems = _walk.Request.MemsAllowed;
        if (mems.IsDefaultOrEmpty || (_walk.Flags & AllocationFlags.CpuSet) == 0) return true;
        // Without HARDWALL, which the fast path adds, the nodes of the root cpuset serve too: all of them.
        return mems.Contains(_machine.Zones[slot].Id.Node)
            || (_walk.Level == WatermarkLevel.Min && (_walk.Attempt.Gfp & GfpFlags.HardWall) == 0);
    }

    private bool TrySecondAttempt()
    {
        if (!_walk.HasSecond) return false;
        _walk.HasSecond = false;
        _walk.Attempt = _walk.Second;
        _walk.Flags = AllocationFlags.None;
        _walk.IsSlow = false;
        _tried.Clear();
        if (!_walk.Request.MemsAllowed.IsDefaultOrEmpty) EnterCpuset();
        BeginAttempt();
        return true;
    }

    /// <summary>The page is the request's, once the pageblock of an atomic one is set apart.</summary>
    private void HandOut(CpuZone zone, long frame)
    {
        if ((_walk.Flags & AllocationFlags.HighAtomic) == 0)
        {
            Succeed(zone, frame);
            return;
        }

        _walk.Frame = frame;
        _walk.Visited = true;
        _visit.HasCheck = false;
        _visit.Order = _walk.Request.Order.Value;
        _visit.Frames[0] = frame;
        Ask(zone, ZoneVisitKind.Reserve, Continuation.Reserve);
    }

    private bool IsKnownAsFull(int slot)
    {
        if (!_walk.SkipsFull || !_full[_walk.Attempt.Node.Value]!.IsFull(slot)) return false;
        _tried.Add(new(_machine.Zones[slot].Id, _walk.Level, new(ZoneVerdict.KnownAsFull, 0, 0)));
        return true;
    }

    /// <summary>Remembers a zone that had nothing for this request.</summary>
    /// <param name="failedMark">Its mark failed, from where on this scan skips what is remembered.</param>
    private void NoteFull(int slot, bool failedMark)
    {
        if (!_machine.Release.ZonelistCache || (_walk.Attempt.Gfp & GfpFlags.ThisNode) != 0) return;
        var cache = _full[_walk.Attempt.Node.Value] ??= new(_machine.Zones.Length);
        if (failedMark && !_walk.CacheSetUp && _machine.IsNuma)
        {
            cache.ClearIfOld(_now);
            _walk.CacheSetUp = _walk.SkipsFull = true;
        }

        cache.MarkFull(slot);
    }

    private void CountFallback(CpuZone zone)
    {
        Counters.Fallbacks++;
        if (zone.Id.Node == _machine.Zones[_walk.Preferred].Id.Node) return;
        Counters.Misses[zone.Slot]++;
        Counters.Foreign[_walk.Preferred]++;
    }

    private void CountInterleaved(CpuZone zone)
    {
        var node = _walk.Attempt.Node;
        var hits = _machine.Release.InterleaveHitsFirstZone
            ? zone.Slot == _machine.Walk(node, ZoneKind.Device, false)[0]
            : zone.Id.Node == node;
        if (hits) Counters.InterleaveHits[zone.Slot]++;
    }
}
