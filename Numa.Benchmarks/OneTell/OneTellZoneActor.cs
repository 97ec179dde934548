using Akka.Actor;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;
using static Numa.Benchmarks.OneTell.OneTellProtocol;

namespace Numa.Benchmarks.OneTell;

/// <summary>A zone with the pagesets of all CPUs in it: serves one operation at a time.</summary>
internal sealed class OneTellZoneActor : ReceiveActor
{
    private readonly int _slot;
    private readonly Zone _zone;
    private readonly Pageset[] _pagesets;
    private readonly List<DrainedBlock> _drained = [];
    private readonly long[] _frames = new long[256];
    private BuddyWork _work;
    private int _ended;

    public OneTellZoneActor(SimulationPlan plan, int slot)
    {
        _slot = slot;
        _zone = plan.MakeZone(slot).Zone;
        _pagesets =
        [
            .. Enumerable.Range(0, plan.CpuCount).Select(_ => new Pageset(_zone.Release, _zone.Tuning.Pageset)),
        ];
        Receive<Allocate>(ask => Sender.Tell(Answer(ask)));
        Receive<Free>(free => Take(free.Cpu, free.Block));
        Receive<NoMore>(end =>
        {
            if (++_ended < _pagesets.Length) return;
            end.ReportTo.Tell(new ZoneDone(_slot, _zone.FreePages + _pagesets.Sum(pageset => (long)pageset.Count)));
        });
    }

    private object Answer(Allocate ask)
    {
        var order = ask.Request.Order.Value;
        var reserve = _zone.Tuning.LowmemReserve[(int)ask.Request.HighestZone(_zone.Release)].Value;
        if (_zone.FreePages - (1L << order) < _zone.Tuning.Marks.Low.Value + reserve) return new Refused();
        if (!Pageset.Holds(_zone.Release, order))
        {
            var taken = _zone.Take(order, ask.Request.Type, AllocationFlags.None, 1, _frames, ref _work);
            return taken == 0 ? new Refused() : new Granted(new(_frames[0], order, _slot));
        }

        var pageset = _pagesets[ask.Cpu];
        pageset.BeginAllocation();
        if (pageset.IsEmpty(order, ask.Request.Type))
        {
            var wanted = Math.Min(_frames.Length, pageset.NextRefill(order, zoneBelowHigh: false));
            var taken = _zone.Take(order, ask.Request.Type, AllocationFlags.None, wanted, _frames, ref _work);
            if (taken == 0) return new Refused();
            pageset.Append(order, ask.Request.Type, _frames.AsSpan(0, taken));
        }

        return new Granted(new(pageset.TakeHead(order, ask.Request.Type), order, _slot));
    }

    private void Take(int cpu, LiveBlock block)
    {
        var type = _zone.TagOf(block.Frame);
        if (!Pageset.Holds(_zone.Release, block.Order))
        {
            _zone.Give(block.Frame, block.Order, type, ref _work);
            return;
        }

        var pageset = _pagesets[cpu];
        var pages = pageset.Insert(block.Order, type, block.Frame, zoneBelowHigh: false);
        if (pages == 0) return;
        _drained.Clear();
        pageset.Drain(pages, block.Order, type, _drained);
        foreach (var drained in _drained) _zone.Give(drained.Frame, drained.Order, drained.Type, ref _work);
    }
}
