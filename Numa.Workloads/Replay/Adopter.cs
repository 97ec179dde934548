using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>Keeps what the kernel gave one CPU, and tells it only against a prediction that is written down.</summary>
/// <remarks>A prediction cannot be altered, and there is none before the model has decided: so what is told here can
/// steer what follows, as the adopted block, but not what was predicted.</remarks>
/// <param name="slotOf">Slot of the zone that holds a frame, −1 for none.</param>
internal sealed class Adopter(
    TracedPhase phase, ModelRecord record, HeldBlocks held, bool allocatesInBulk, Func<long, int> slotOf)
{
    private readonly List<Mismatch> _mismatches = [];
    private BlockExchange _exchange;
    private int _firstLine = int.MaxValue;

    /// <summary>In the order in which the CPU came to them.</summary>
    public IReadOnlyList<Mismatch> Mismatches => _mismatches;

    /// <summary>How often a counter was moved after a page of another zone.</summary>
    public int CountersMoved { get; private set; }

    /// <summary>Pages at the head of the list that a bulk allocation had taken before: those that lay ahead of the
    /// kernel's page, and the model's own.</summary>
    /// <remarks>Kernel stacks are four pages each and not movable.</remarks>
    public int TakenAhead { get; private set; }

    /// <summary>What is to be exchanged so that the model goes on with the kernel's block; null when they are the
    /// same.</summary>
    public BlockExchange? Correction(Prediction prediction)
    {
        var (cpu, index) = phase.Allocations[prediction.Allocation];
        var answer = phase.Cpus[cpu].Answers[index];
        var recorded = answer.Frame == 0 ? -1 : answer.Frame;
        if (recorded == (prediction.Block?.Frame ?? -1)) return null;
        var request = phase.Cpus[cpu].Requests[index];
        var slot = slotOf(recorded);
        var mismatch = new Mismatch(prediction, cpu, request, answer.Line, recorded, slot);
        if (answer.Line < _firstLine)
        {
            _firstLine = answer.Line;
            mismatch.ModelsReason = record.Reason(prediction.Block, request.Allocate!.Type);
        }

        _mismatches.Add(mismatch);
        if (recorded >= 0 && slot < 0) return null;
        var now = new VirtualInstant(request.Nanoseconds - phase.Start);
        if (request.Order == 0 && held.At(recorded, cpu, now) is { Allocation: ReplayRequest.Unseen } bulk
            && bulk.TryRelease(0, 1, now))
        {
            // No bulk allocation had taken it after all.
            mismatch.WasUntraced = true;
            _exchange = new(prediction.Block, null, request.Allocate!.Type);
            return _exchange;
        }

        _exchange = new(prediction.Block, recorded < 0 ? null : new(recorded, request.Order, slot),
            request.Allocate!.Type);
        return _exchange;
    }

    /// <summary>The exchange was tried.</summary>
    /// <returns>What the allocation holds from now on; null for nothing.</returns>
    public LiveBlock? Adopt(FoundBlock found, int counterMoved)
    {
        if (counterMoved != 0) CountersMoved++;
        TakenAhead = AheadOf(found);
        Invariant.Holds(_mismatches.Count > 0);
        var mismatch = _mismatches[^1];
        mismatch.Found = found;
        if (mismatch.WasUntraced) return new(mismatch.Recorded, 0, mismatch.Zone);
        if (_exchange.Wanted is null) return null;
        return found.Place == BlockPlace.Elsewhere ? _exchange.Held : _exchange.Wanted;
    }

    private int AheadOf(FoundBlock found)
    {
        var ahead = found.Position + 1;
        return allocatesInBulk && found is { Place: BlockPlace.OwnPageset, Order: 0, Type: Migratetype.Unmovable }
            && _exchange.Type == found.Type && _exchange.Held?.Zone == _exchange.Wanted?.Zone
            && ahead % UntracedPages.Stack == 0 ? ahead : 0;
    }
}
