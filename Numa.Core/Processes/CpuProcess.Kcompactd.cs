using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Compaction;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>kcompactd of the nodes whose home this CPU is. Source: <c>wakeup_kcompactd</c>,
/// <c>kcompactd_do_work</c>, Linux mm/compaction.c.</remarks>
public sealed partial class CpuProcess
{
    private readonly Dictionary<int, KernelThread> _kcompactds = [];

    private KernelThread KcompactdOf(NodeId node)
    {
        if (_kcompactds.TryGetValue(node.Value, out var thread)) return thread;
        // Numbers below those of all nodes' kswapd.
        thread = new(new(-1 - _machine.NodeCount - node.Value), "kcompactd", node, Id);
        _kcompactds.Add(node.Value, thread);
        BeginKernel(thread, RunKcompactd).IsAsleep = true;
        return thread;
    }

    /// <summary>Whether kcompactd really wakes is judged by asking the node's zones.</summary>
    private void WakeKcompactd(NodeId node, int order, int highest)
    {
        if (Reclaim is null || _machine.Release.Compaction != CompactionRule.AfterReclaim || order == 0) return;
        var thread = KcompactdOf(node);
        thread.Order = Math.Max(thread.Order, order);
        thread.HighestZone = thread.HighestZone < 0 ? highest : Math.Min(thread.HighestZone, highest);
        if (thread.IsAwake) return;
        foreach (var slot in SlotsOf(node, thread.HighestZone)) _work.Enqueue(new(WorkKind.JudgeKcompactd, slot));
    }

    private void JudgeKcompactd(int slot)
    {
        _visit.HasCheck = false;
        Ask(Zone(slot), ZoneVisitKind.Query, Continuation.JudgeKcompactd);
    }

    private void KcompactdJudged(CpuZone zone)
    {
        var thread = KcompactdOf(zone.Id.Node);
        if (thread.IsAwake || thread.Order == 0) return;
        var check = new WatermarkCheck(
            WatermarkLevel.Min, AllocationFlags.None, thread.HighestZone, thread.Order);
        if (CompactionRules.Suitable(_machine.Release, zone.Tuning, _visit.Record, check)
            != CompactionResult.Continue) return;
        NotePressure();
        thread.IsAwake = true;
        Wake(_kernel[thread.Id]);
    }

    private IEnumerable<Pause> RunKcompactd(KernelWork work)
    {
        var thread = (KernelThread)work.Task;
        while (true)
        {
            foreach (var pause in CompactNode(work, thread)) yield return pause;
            // Whoever asked for more meanwhile gets it at once.
            if (thread.Order > 0) continue;
            thread.IsAwake = false;
            yield return Pause.Sleep;
        }
    }

    private IEnumerable<Pause> CompactNode(KernelWork work, KernelThread thread)
    {
        Counters.KcompactdRuns++;
        var (order, highest) = (thread.Order, thread.HighestZone);
        foreach (var slot in SlotsOf(thread.Node, highest))
        {
            var check = new WatermarkCheck(
                WatermarkLevel.Min, AllocationFlags.None, (int)_machine.Zones[slot].Id.Kind, order);
            var aim = new CompactionAim(slot, check, Migratetype.Unmovable, CompactionPriority.SyncLight, true, false);
            foreach (var pause in CompactZone(work, aim)) yield return pause;
        }

        if (thread.Order <= order) thread.Order = 0;
        if (thread.HighestZone >= highest) thread.HighestZone = -1;
    }
}
