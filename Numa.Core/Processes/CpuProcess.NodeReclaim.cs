using Numa.Core.Allocation;
using Numa.Core.Reclaim;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>vm.zone_reclaim_mode: page cache of the near node is given up before a page of a far one is taken. Source:
/// <c>node_reclaim</c>, Linux mm/vmscan.c.</remarks>
public sealed partial class CpuProcess
{
    private const int NodeReclaimOn = 7;
    private const int NodeReclaimWrites = 2;

    /// <summary>Source: NODE_RECLAIM_PRIORITY.</summary>
    private const int NodeReclaimPriority = 4;

    /// <summary>vm.min_unmapped_ratio, at its default. Unit: percent of the zone.</summary>
    private const int MinUnmappedRatio = 1;

    private bool ReclaimsNodes => Reclaim is not null && (_machine.ZoneReclaimModeInForce & NodeReclaimOn) != 0;

    /// <summary>The zone failed its mark: perhaps its node has page cache that can go.</summary>
    /// <returns>True when the walk waits for that.</returns>
    private bool BeginNodeReclaim(CpuZone zone, WatermarkCheck check)
    {
        var preferred = _machine.Zones[_walk.Preferred].Id.Node;
        var isFar = _machine.Image.Distances[preferred, zone.Id.Node] >= _machine.Release.TooFarToReclaim;
        var isOthers = zone.Id.Node != Node && _machine.HasCpus(zone.Id.Node);
        if (isFar || isOthers || !MayReclaim || _current is KernelThread) return false;
        NotePressure();
        Reach.Open();
        _walk.Visited = true;
        _walk.NodeReclaim = ReclaimNode(zone, check).GetEnumerator();
        ContinueNodeReclaim();
        return true;
    }

    private void ContinueNodeReclaim()
    {
        if (_walk.NodeReclaim!.MoveNext()) return;
        _walk.NodeReclaim = null;
        var zone = Zone(_walk.Slots[_walk.Position]);
        if (_walk.MayTryAgain && TryPagesOf(zone, _visit.Check, passes: true)) return;
        _walk.Position++;
        Scan();
    }

    /// <summary>Each pause is a visit. Says in the end whether the zone passes the check now.</summary>
    private IEnumerable<Pause> ReclaimNode(CpuZone zone, WatermarkCheck check)
    {
        _walk.MayTryAgain = false;
        var lru = _machine.LruOf(zone.Slot);
        AskForSizes(lru, Continuation.NodeReclaim);
        yield return Pause.Visit;
        var (files, dirty) = (_visit.Sizes.Sum(size => size.File), _visit.Sizes.Sum(size => size.Dirty));
        var mayWrite = (_machine.ZoneReclaimModeInForce & NodeReclaimWrites) != 0;
        var least = _visit.Sizes.Sum(size => _machine.Zones[size.Zone].Managed.Value * MinUnmappedRatio / 100);
        if (files - (mayWrite ? 0 : dirty) <= least) yield break;
        long reclaimed = 0;
        var wanted = 1L << check.Order;
        for (var priority = NodeReclaimPriority; priority >= 0 && reclaimed < wanted; priority--)
        {
            for (var left = files >> priority; left > 0 && reclaimed < wanted; left -= LruScan.Most)
            {
                AskForScan(lru,
                    new(LruType.File, (int)Math.Min(left, LruScan.Most),
                        _walk.Request.HighestZone(_machine.Release), mayWrite),
                    Continuation.NodeReclaim);
                yield return Pause.Visit;
                reclaimed += _reclaimed.Count;
                while (FreeReclaimed(Continuation.NodeReclaim)) yield return Pause.Visit;
            }
        }

        Counters.NodeReclaimed += reclaimed;
        if (reclaimed < wanted) Counters.NodeReclaimFailures++;
        _visit.HasCheck = true;
        _visit.Check = check;
        Ask(zone, ZoneVisitKind.Query, Continuation.NodeReclaim);
        yield return Pause.Visit;
        _walk.MayTryAgain = _visit.Verdict.Passes;
    }
}
