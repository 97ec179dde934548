using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

public sealed partial class CpuProcess
{
    private readonly List<LiveBlock> _orphans = [];

    /// <summary>Blocks that were handed to a task after it had exited.</summary>
    public IReadOnlyList<LiveBlock> Orphans => _orphans;

    /// <summary>Blocks that have left their task and reached nobody: the end of the run, or the horizon, came
    /// first.</summary>
    /// <remarks>In signals that the CPU has not taken, and in an operation that its task thinks about.</remarks>
    public IEnumerable<LiveBlock> UnderWay =>
        _signals.UnorderedItems.SelectMany(item => item.Element.BlocksInside()).Concat(Intended()).Concat(InKernel());

    private IEnumerable<LiveBlock> Intended() => (_thought, _step.Kind) switch
    {
        (true, TaskStepKind.Free) => [_step.Block],
        (true, TaskStepKind.HandOver) => _step.Blocks ?? [],
        _ => [],
    };

    private void StartFree(LiveBlock block, bool isPagesetLocked)
    {
        Counters.Frees++;
        _current!.Frees++;
        var zone = Zone(block.Zone);
        zone.Touched = true;
        zone.PagesFreed += 1L << block.Order;
        Refresh(zone);
        if (!GiveBack(zone, block, isPagesetLocked, Continuation.Free)) FinishFree();
    }

    /// <summary>Puts a block on the CPU's own list, and a batch of that back to the zone when it is full.</summary>
    /// <param name="then">Goes on when the zone has replied.</param>
    /// <returns>Whether a visit was sent.</returns>
    private bool GiveBack(CpuZone zone, LiveBlock block, bool isPagesetLocked, Continuation then)
    {
        var type = zone.Tags.AsOf(block.Frame, zone.View.Effect);
        if (isPagesetLocked || !zone.Pageset.Holds(block.Order) || type == Migratetype.Isolate)
        {
            _visit.Drained.Clear();
            _visit.Drained.Add(new(block.Frame, (byte)block.Order, type));
            _visit.HasCheck = false;
            Ask(zone, ZoneVisitKind.DirectFree, then);
            return true;
        }

        var pages = zone.Pageset.Insert(block.Order, type, block.Frame, zone.BelowHigh);
        if (pages == 0) return false;

        // Pages of the atomic reserve wait on the Movable list, and go back as what they are.
        var listed = type > Migratetype.Reclaimable ? Migratetype.Movable : type;
        Drain(zone, pages, block.Order, listed, then);
        return true;
    }

    private void Drain(CpuZone zone, int pages, int order, Migratetype type, Continuation continuation)
    {
        _visit.Drained.Clear();
        zone.Pageset.Drain(pages, order, type, _visit.Drained);
        _visit.HasCheck = false;
        Ask(zone, ZoneVisitKind.Drain, continuation);
    }

    private void FinishFree() => Spend(_pagesetHit);
}
