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

    private readonly Queue<(WorkKind Kind, int Zone, int HighestZone, int Order)> _work = new();
    private readonly HashSet<int> _kswapdAwake = [];
    private readonly ImmutableArray<VirtualInstant> _ticks;
    private int _ticksTaken;
    private VirtualInstant _tick;
    private bool _balanced;
    private bool _boosted;

    private enum WorkKind : byte
    {
        FoldDeltas,
        DecayHigh,
        DrainAboveHigh,
        DrainRemote,
        BeginJudging,
        JudgeZone,
        EndJudging,
        Operate,
        EmptyPageset,
        TellEmptied,
    }

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
            if (zone.HasDeltas) _work.Enqueue((WorkKind.FoldDeltas, slot, 0, 0));
            if (zone.Pageset.Decays) _work.Enqueue((WorkKind.DecayHigh, slot, 0, 0));
            if (zone.Touched) zone.Expire = ExpireSeconds;
            zone.Touched = false;
            if (zone.Expire > 0 || zone.HasDeltas) _work.Enqueue((WorkKind.DrainRemote, slot, 0, 0));
        }
    }

    private void Work()
    {
        var (kind, slot, highest, order) = _work.Dequeue();
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
                (_balanced, _boosted) = (false, false);
                break;
            case WorkKind.JudgeZone:
                JudgeZone(slot, highest, order);
                break;
            case WorkKind.EndJudging:
                if (_balanced && !_boosted) break;
                if (_kswapdAwake.Add(_machine.Zones[slot].Id.Node.Value)) Counters.KswapdWakeUps++;
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
        if (pages > batch) _work.Enqueue((WorkKind.DrainAboveHigh, zone.Slot, 0, pages - batch));
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
                (int)_walk.Request.HighestZone, _walk.Request.Order.Value);
        }
    }

    /// <summary>Whether kswapd really wakes is judged where it runs, by asking the zones.</summary>
    private void WakeKswapd(Signal signal)
    {
        var node = _machine.Zones[signal.Zone].Id.Node;
        if (_kswapdAwake.Contains(node.Value)) return;
        _work.Enqueue((WorkKind.BeginJudging, signal.Zone, 0, 0));
        for (var slot = 0; slot < _machine.Zones.Length; slot++)
        {
            var zone = _machine.Zones[slot].Id;
            var judged = _machine.Release.KswapdWokenPerZone
                ? slot == signal.Zone
                : zone.Node == node && (int)zone.Kind <= signal.HighestZone;
            if (judged && _machine.IsPopulated(slot)) _work.Enqueue((WorkKind.JudgeZone, slot, signal.HighestZone, signal.Order));
        }

        _work.Enqueue((WorkKind.EndJudging, signal.Zone, 0, 0));
    }

    private void JudgeZone(int slot, int highest, int order)
    {
        var zone = Zone(slot);
        _visit.HasCheck = true;
        var index = _machine.Release.KswapdWokenPerZone ? 0 : highest;
        _visit.Check = new(WatermarkLevel.High, AllocationFlags.None, index, order);
        Ask(zone, ZoneVisitKind.Query, Continuation.JudgeKswapd);
    }

    private void KswapdJudged()
    {
        _balanced |= _visit.Verdict.Passes;
        _boosted |= _visit.Record.Boost > 0;
    }

    /// <summary>Taking pages mixed migratetypes and raised the zone's boost: kswapd is to take it away.</summary>
    private void WakeForBoost(CpuZone zone) =>
        SendSignal(_machine.HomeCpus[zone.Id.Node.Value], SignalKind.WakeKswapd, default, null, zone.Slot,
            (int)zone.Id.Kind, 0);
}
