using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>The vmstat worker and kswapd run here as work of the CPU: a step each, between two steps of
/// tasks.</remarks>
public sealed partial class CpuProcess
{
    private const long Second = 1_000_000_000;
    private const int ExpireSeconds = 3;

    private readonly Queue<WorkItem> _work = new();
    private readonly ImmutableArray<VirtualInstant> _ticks;
    private int _ticksTaken;
    private VirtualInstant _tick;
    private bool _balanced;
    private bool _boosted;
    private bool _hopeless;

    private enum WorkKind : byte
    {
        FoldDeltas,
        DecayHigh,
        DrainAboveHigh,
        DrainRemote,
        BeginJudging,
        JudgeHopes,
        JudgeZone,
        EndJudging,
        Operate,
        EmptyPageset,
        TellEmptied,
        DrainAll,
        AnswerDrained,
        UnlockOutOfMemory,
        JudgeKcompactd,
        TrustCompaction,
    }

    /// <summary>A step of the CPU's own between two steps of tasks.</summary>
    /// <param name="Asked">The signal that it answers.</param>
    private readonly record struct WorkItem(
        WorkKind Kind, int Zone = 0, int HighestZone = 0, int Order = 0, Signal? Asked = null);

    /// <summary>The vmstat worker's phase differs by CPU, as kernels spread it.</summary>
    public static VirtualInstant FirstTick(int cpu, int cpuCount) => new(Second + Second * cpu / Math.Max(1, cpuCount));

    private VirtualInstant TickAfter(VirtualInstant tick)
    {
        if (!_ticks.IsDefault) return ++_ticksTaken < _ticks.Length ? _ticks[_ticksTaken] : VirtualInstant.Never;

        // A CPU that slept through ticks without anything to fold goes on with the next one.
        var missed = (_now - tick).Nanoseconds / Second;
        return tick + new VirtualDuration((missed + 1) * Second);
    }

    private bool HasTickWork()
    {
        if (!_pagesetsTaken && _machine.Zones.Any(zone => zone.State is not null)) return true;
        foreach (var zone in _zones)
        {
            if (zone is null) continue;
            if (zone.HasDeltas || zone.Pageset.Decays || (zone.Expire > 0 && zone.Pageset.Count > 0)) return true;
        }

        return false;
    }

    private void Tick()
    {
        _tick = TickAfter(_tick);
        for (var slot = 0; slot < _zones.Length; slot++)
        {
            if (_zones[slot] is not { } zone) continue;
            if (zone.HasDeltas) _work.Enqueue(new(WorkKind.FoldDeltas, slot));
            if (zone.Pageset.Decays) _work.Enqueue(new(WorkKind.DecayHigh, slot));
            if (zone.Touched) zone.Expire = ExpireSeconds;
            zone.Touched = false;
            if (zone.Expire > 0 || zone.HasDeltas) _work.Enqueue(new(WorkKind.DrainRemote, slot));
        }
    }

    private void Work()
    {
        var (kind, slot, highest, order, asked) = _work.Dequeue();
        switch (kind)
        {
            case WorkKind.FoldDeltas:
                var dirty = Zone(slot);
                dirty.Expire = ExpireSeconds;
                _visit.HasCheck = false;
                Ask(dirty, ZoneVisitKind.Fold, Continuation.FoldDeltas);
                break;
            case WorkKind.DecayHigh:
                DrainAboveHigh(Zone(slot), Zone(slot).Pageset.Decay());
                break;
            case WorkKind.DrainAboveHigh:
                DrainAboveHigh(Zone(slot), order);
                break;
            case WorkKind.DrainRemote:
                ExpireRemote(Zone(slot));
                break;
            case WorkKind.BeginJudging:
                (_balanced, _boosted, _hopeless) = (false, false, false);
                break;
            case WorkKind.JudgeHopes:
                AskForSizes(slot, Continuation.JudgeHopes);
                break;
            case WorkKind.JudgeZone:
                JudgeZone(slot, highest, order);
                break;
            case WorkKind.EndJudging:
                EndJudging(slot, asked!);
                break;
            case WorkKind.DrainAll:
                DrainWhole(Zone(slot));
                break;
            case WorkKind.AnswerDrained:
                Answer(asked!);
                break;
            case WorkKind.UnlockOutOfMemory:
                _visit.HasCheck = false;
                _visit.Count = (int)MachineLock.OutOfMemory;
                Ask(Zone(0), ZoneVisitKind.Unlock, Continuation.None);
                break;
            case WorkKind.JudgeKcompactd:
                JudgeKcompactd(slot);
                break;
            case WorkKind.TrustCompaction:
                TrustCompaction(slot, order);
                break;
            default:
                DoMachineWork(kind, slot);
                break;
        }
    }

    /// <summary>What is above a high mark that has decayed goes back, a batch at a time.</summary>
    private void DrainAboveHigh(CpuZone zone, int pages)
    {
        if (pages <= 0) return;
        var batch = Math.Min(pages, zone.Tuning.Pageset.Batch);
        if (pages > batch) _work.Enqueue(new(WorkKind.DrainAboveHigh, zone.Slot, Order: pages - batch));
        Drain(zone, batch, 0, Migratetype.Unmovable, Continuation.DrainRemote);
    }

    /// <summary>Pages of another node's zone that lay unused for three seconds go back, a batch at a time.</summary>
    private void ExpireRemote(CpuZone zone)
    {
        if (zone.Expire == 0 || zone.Pageset.Count == 0) return;
        if (zone.Id.Node == Node)
        {
            zone.Expire = 0;
            return;
        }

        if (--zone.Expire > 0) return;
        Drain(zone, Math.Min(zone.Pageset.Count, zone.Tuning.Pageset.Batch), 0, Migratetype.Unmovable,
            Continuation.DrainRemote);
    }

    /// <summary>Tells the home CPU of every node along the list; a node is told once per run of its zones.</summary>
    private void SendKswapdWakes()
    {
        var told = -1;
        foreach (var slot in _walk.Slots)
        {
            if (!IsAllowed(slot)) continue;
            var node = _machine.Zones[slot].Id.Node.Value;
            if (node == told && !_machine.Release.KswapdWokenPerZone) continue;
            told = node;
            SendSignal(_machine.HomeCpus[node], SignalKind.WakeKswapd, default, null, slot,
                (int)_walk.Request.HighestZone(_machine.Release), _walk.Request.Order.Value, cannotWait: !MayReclaim);
        }
    }

    /// <summary>Taking pages mixed migratetypes and raised the zone's boost: kswapd is to take it away.</summary>
    private void WakeForBoost(CpuZone zone) =>
        SendSignal(_machine.HomeCpus[zone.Id.Node.Value], SignalKind.WakeKswapd, default, null, zone.Slot,
            (int)zone.Id.Kind, 0);
}
