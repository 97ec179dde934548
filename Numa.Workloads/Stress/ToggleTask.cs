using System.Runtime.CompilerServices;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Stress;

/// <summary>Random slots: a used one is freed, an empty one filled. Keeps what the slots hold at its end.</summary>
internal sealed class ToggleTask : StressTask
{
    /// <summary>Shares of the orders in 1024 draws, each with the bound below which it is drawn.</summary>
    private static readonly (int Below, int Order)[] Shares =
        [(900, 0), (960, 1), (990, 2), (1008, 3), (1018, 5), (1024, 9)];

    /// <summary>No block is all ones: no zone has that slot.</summary>
    private static readonly LiveBlock Empty = new(-1, byte.MaxValue, ushort.MaxValue);

    private readonly AllocationRequest[] _requests;
    private readonly LiveBlock[] _slots;
    private readonly ToggleMix _mix;
    private readonly long _operations;
    private SeededRandom _random;
    private ThinkTime _think;
    private long _done;
    private int _slot;

    // Slot from which it gave back last.
    private int _giving;
    private long _livePages;

    internal ToggleTask(
        TaskId id, string workload, CpuId cpu, AllocationRequest request, ThinkTime think, SeedTree seed,
        int slots, ToggleMix mix, long operations)
        : base(id, workload, cpu)
    {
        _requests = [.. Shares.Select(share => mix == ToggleMix.Mixed
            ? request with { Order = new(share.Order) } : request)];
        _slots = new LiveBlock[slots];
        Array.Fill(_slots, Empty);
        (_mix, _operations, _think, _random) = (mix, operations, think, seed.Random());
    }

    public override IReadOnlyList<AllocationRequest> Requests => _requests;

    public override long LivePages => _livePages;

    public override void Next(ref TaskStep step)
    {
        if (_done == _operations)
        {
            step.Kind = TaskStepKind.Exit;
            step.Think = default;
            return;
        }

        var draw = Choose();
        _done++;
        step.Think = _think.Next();
        ref var slot = ref _slots[_slot];
        if (!IsEmpty(slot))
        {
            step.Kind = TaskStepKind.Free;
            step.Block = slot;
            _livePages -= slot.Pages;
            slot = Empty;
            return;
        }

        step.Allocate(_requests[draw]);
    }

    public override void Allocated(LiveBlock block)
    {
        _slots[_slot] = block;
        _livePages += block.Pages;
    }

    public override bool TryGiveBack(out LiveBlock block)
    {
        block = Empty;
        for (var looked = 0; looked < _slots.Length && IsEmpty(block); looked++)
        {
            _giving = _giving == 0 ? _slots.Length - 1 : _giving - 1;
            block = _slots[_giving];
        }

        if (IsEmpty(block)) return false;
        _slots[_giving] = Empty;
        _livePages -= block.Pages;
        return true;
    }

    public override IEnumerable<LiveBlock> LiveBlocks()
    {
        foreach (var block in _slots)
        {
            if (!IsEmpty(block)) yield return block;
        }
    }

    private static bool IsEmpty(LiveBlock slot) => slot.Packed == ulong.MaxValue;

    /// <summary>Chooses the slot, and which request fills it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Choose()
    {
        if (_mix == ToggleMix.Bulk)
        {
            // Up to the last slot and around again: filling and freeing alternate by themselves.
            _slot = (int)(_done % _slots.Length);
            return 0;
        }

        var random = _random.NextUInt64();
        _slot = (int)((random >> 32) * (ulong)_slots.Length >> 32);
        if (_mix == ToggleMix.Order0) return 0;
        var share = (int)(random & 1023);
        var draw = 0;
        while (share >= Shares[draw].Below) draw++;
        return draw;
    }
}
