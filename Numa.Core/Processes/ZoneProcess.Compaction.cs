using Numa.Core.Addressing;
using Numa.Core.Compaction;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>What the zone keeps for whoever compacts it.</remarks>
public sealed partial class ZoneProcess
{
    /// <summary>Failures and scanners of compactions so far.</summary>
    public ZoneCompaction Compaction { get; } = new();

    /// <summary>A compaction may begin, unless it is deferred; then nothing is taken.</summary>
    private void BeginCompaction(ZoneVisit visit)
    {
        visit.Taken = visit.Compaction.HeedsDeferral && Compaction.Defers(visit.Order) ? 0 : 1;
        var (start, end) = Zone.Reach;
        visit.Scanners = Compaction.Begin(visit.Compaction.Priority, start, end);
    }

    private void EndCompaction(ZoneVisit visit)
    {
        var (ended, order) = (visit.Compaction, visit.Order);
        if (ended.HasScanned) Compaction.End(ended.Priority, visit.Scanners);
        if (ended.Result == CompactionResult.Success) Compaction.Succeed(order, ended.GotPage);
        else if (ended.Priority != CompactionPriority.Async
            && ended.Result is CompactionResult.Complete or CompactionResult.PartialSkipped)
            Compaction.Fail(order);
    }

    /// <summary>Takes free pages to move others to, as far as the zone keeps its mark.</summary>
    private void TakeTargets(ZoneVisit visit, ref BuddyWork work)
    {
        var isOld = Zone.Release.Compaction == CompactionRule.BeforeReclaim;
        var mark = Zone.Tuning.Marks[isOld ? WatermarkLevel.Low : WatermarkLevel.Min].Value;
        var takesAnyType = !isOld && visit.Compaction.Priority == CompactionPriority.SyncFull;
        visit.MakeRoom(visit.Count + Zone.MostTargetsBeyond);
        visit.Taken = Zone.TakeTargets(ref visit.Scanners, visit.Count, takesAnyType,
            _latest.Folded - _latest.HighAtomicPages - mark, visit.Frames, ref work);
        if (visit.Taken > 0) ChangeFree(visit, -visit.Taken);
    }
}
