using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Takes its part of the memory in small blocks of several migratetypes, then frees some at random and keeps
/// the rest, which leaves the memory in pieces.</summary>
internal sealed class AgingTask : StressTask
{
    private readonly AgingWorkload _aging;
    private readonly long _wanted;
    private readonly AllocationRequest[] _requests;
    private readonly DrawTable _types;
    private readonly BlockBag _held = new();
    private SeededRandom _random;
    private ThinkTime _think;
    private long _asked;
    private long _toFree = -1;
    private long _freed;
    private bool _isShort;

    internal AgingTask(TaskId id, string workload, CpuId cpu, AgingWorkload aging, long blocks, ThinkTime think,
        SeedTree seed)
        : base(id, workload, cpu)
    {
        (_aging, _wanted, _think, _random) = (aging, blocks, think, seed.Child("frees").Random());
        var request = aging.Basis.Request;
        _requests = [.. aging.Types.Keys.Select(type => request.As(Flags(type), request.Order))];
        _types = new([.. aging.Types.Values], seed.Child("types"));
    }

    public override IReadOnlyList<AllocationRequest> Requests => _requests;

    public override long LivePages => _held.Pages;

    public override IReadOnlyList<TaskTally> Tallies =>
        [new("blocks taken", _held.Count + _freed), new("blocks freed again", _freed)];

    public override void Next(ref TaskStep step)
    {
        step.Think = default;
        if (!_isShort && _asked < _wanted)
        {
            _asked++;
            step.Allocate(_requests[_types.Next()]);
            step.Think = _think.Next();
            return;
        }

        if (_toFree < 0) _toFree = (long)_held.Count * _aging.Freed / 100;
        if (_toFree == 0 || _held.Count == 0)
        {
            step.Kind = TaskStepKind.Exit;
            return;
        }

        _toFree--;
        _freed++;
        step.Kind = TaskStepKind.Free;
        step.Block = _held.RemoveAt((int)_random.NextBelow(_held.Count));
    }

    private static GfpFlags Flags(Migratetype type) => type switch
    {
        Migratetype.Movable => GfpFlags.GfpHighUserMovable,
        Migratetype.Reclaimable => GfpFlags.GfpKernel | GfpFlags.Reclaimable,
        _ => GfpFlags.GfpKernel,
    };

    public override void Allocated(LiveBlock block) => _held.Add(block);

    /// <summary>It frees of what it got.</summary>
    public override void Failed(AllocationFailure failure) => _isShort = true;

    public override bool Stop(VirtualInstant at)
    {
        _isShort = true;
        return _toFree != 0;
    }

    public override bool TryGiveBack(out LiveBlock block) => _held.TryRemoveLast(out block);

    public override IEnumerable<LiveBlock> LiveBlocks() => _held.Blocks();
}
