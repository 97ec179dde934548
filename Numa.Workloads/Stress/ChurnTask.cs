using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Allocates slabs one after the other and frees each when its time is over; keeps at its end what still
/// lives.</summary>
internal sealed class ChurnTask : StressTask
{
    private readonly SlabChurnWorkload _churn;

    // One for each order, those of slabs that cannot be reclaimed first.
    private readonly AllocationRequest[] _requests;
    private readonly DrawTable _orders;
    private readonly DrawTable _kinds;
    private readonly Draws _lifetime;
    private readonly DueQueue<LiveBlock> _slabs = new();
    private readonly long[] _allocated;
    private ThinkTime _think;
    private long _left;
    private VirtualInstant _now;
    private int _order;
    private long _livePages;
    private long _failed;
    private long _early;

    internal ChurnTask(
        TaskId id, string workload, CpuId cpu, SlabChurnWorkload churn, ThinkTime think, SeedTree seed)
        : base(id, workload, cpu)
    {
        _churn = churn;
        (_think, _left) = (think, churn.Operations ?? long.MaxValue);
        var gfp = churn.Basis.Request.Gfp;
        GfpFlags[] kinds = [gfp, gfp | GfpFlags.Reclaimable];
        _requests =
        [
            .. from kind in kinds
               from order in churn.Orders.Keys
               select churn.Basis.Request.As(kind | (order.Value > 0 ? GfpFlags.Comp : GfpFlags.None), order),
        ];
        _orders = new([.. churn.Orders.Values], seed.Child("orders"));
        _kinds = new([100 - churn.Reclaimable, churn.Reclaimable], seed.Child("kinds"));
        _lifetime = new(churn.Lifetime, seed.Child("lifetime"));
        _allocated = new long[churn.Orders.Count];
    }

    public override IReadOnlyList<AllocationRequest> Requests => _requests;

    public override long LivePages => _livePages;

    public override IReadOnlyList<TaskTally> Tallies =>
    [
        .. _churn.Orders.Keys.Select((order, at) => new TaskTally($"slabs of order {order}", _allocated[at])),
        new("slabs not to be had", _failed), new("slabs freed before their time", _early),
    ];

    public override void Next(ref TaskStep step)
    {
        _now = step.NotBefore;
        step.Think = default;
        var isFull = _slabs.Count >= _churn.Limit;
        if (_left == 0)
        {
            step.Kind = TaskStepKind.Exit;
            return;
        }

        if (_slabs.First <= _now || isFull)
        {
            if (_slabs.First > _now) _early++;
            step.Kind = TaskStepKind.Free;
            step.Block = Remove();
            return;
        }

        _left--;
        _order = _orders.Next();
        step.Allocate(_requests[_kinds.Next() * _allocated.Length + _order]);
        step.Think = _think.Next();
    }

    public override void Allocated(LiveBlock block)
    {
        _allocated[_order]++;
        _livePages += block.Pages;
        _slabs.Add(_now + new VirtualDuration(_lifetime.Next()), block);
    }

    public override void Failed(AllocationFailure failure) => _failed++;

    public override void Skipped() => _failed++;

    public override bool TryGiveBack(out LiveBlock block)
    {
        block = default;
        if (_slabs.Count == 0) return false;
        block = Remove();
        return true;
    }

    private LiveBlock Remove()
    {
        var block = _slabs.RemoveFirst();
        _livePages -= block.Pages;
        return block;
    }

    public override IEnumerable<LiveBlock> LiveBlocks() => _slabs.All();
}
