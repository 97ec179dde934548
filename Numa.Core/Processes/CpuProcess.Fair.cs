using Numa.Core.Addressing;

namespace Numa.Core.Processes;

public sealed partial class CpuProcess
{
    /// <summary>Every page handed out counts against the zone's fair batch, whoever asked.</summary>
    /// <remarks>Only an allocation notes that a batch is spent: what the vmstat worker folds shows at the next
    /// one.</remarks>
    private static void ChargeFairBatch(CpuZone zone, int pages)
    {
        zone.FairDelta -= pages;
        if (Math.Abs(zone.FairDelta) > zone.Tuning.StatThreshold)
        {
            zone.FairFolded += zone.FairDelta;
            zone.FairDelta = 0;
        }

        zone.FoundFairSpent |= zone.View.FairBatch + zone.FairFolded <= 0;
    }

    private int FirstSlotOf(NodeId node)
    {
        var slot = 0;
        while (_machine.Zones[slot].Id.Node != node) slot++;
        return slot;
    }

    /// <summary>Resets the batches of the preferred zone's node, lowest zone first, up to the preferred zone.</summary>
    private void ResetNextFairBatch()
    {
        _visit.HasCheck = false;
        Ask(Zone(_walk.FairReset), ZoneVisitKind.FairReset, Continuation.FairReset);
    }

    private void FairResetReplied()
    {
        if (_walk.FairReset++ < _walk.Preferred)
        {
            ResetNextFairBatch();
            return;
        }

        _walk.FairReset = -1;
        BeginPass();
        Scan();
    }
}
