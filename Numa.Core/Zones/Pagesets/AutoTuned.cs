namespace Numa.Core.Zones.Pagesets;

/// <summary>6.7 and later: the high mark follows the traffic between its bounds.</summary>
internal sealed class AutoTuned : PagesetTuning
{
    private int _high;
    private int _allocFactor;
    private bool _previousFreeWasHighOrder;

    public override int High => _high;

    public override int FreeCount => Freed;

    public override int AllocFactor => _allocFactor;

    public override void Restore(PagesetState state)
    {
        base.Restore(state);
        (_high, Freed, _allocFactor) = (state.High, state.FreeCount, state.AllocFactor);
        _previousFreeWasHighOrder = state.PreviousFreeWasHighOrder;
    }

    public override int NextRefill(int count, int order, bool zoneBelowHigh)
    {
        _high = InBounds(_high);
        var batch = Size.Batch;
        if (_high < batch) return 1;
        var wanted = order == 0 ? batch << _allocFactor : batch;
        if (Size.HighMin != Size.HighMax && !zoneBelowHigh) _high = Math.Min(_high + wanted, Size.HighMax);
        if (order == 0)
        {
            var most = Math.Max(_high - count - batch, batch);
            if (wanted <= most && _allocFactor < ScaleMax) _allocFactor++;
            wanted = Math.Min(wanted, most);
        }

        return BlocksOf(wanted, order);
    }

    public override int AfterFree(int count, int order, bool zoneBelowHigh)
    {
        _allocFactor >>= 1;
        var batch = Size.Batch;
        var highOrder = order is >= 1 and <= 3;
        var all = highOrder && Freed >= batch && _previousFreeWasHighOrder
            && (!CacheHoldsBatches || count >= batch);
        _previousFreeWasHighOrder = highOrder;
        if (Freed < batch << ScaleMax) Freed += 1 << order;
        var high = Limit(count, all, zoneBelowHigh);
        if (count < high) return 0;
        if (all) return Math.Min(count, batch << ScaleMax);
        return high < batch ? 1 : Math.Min(count, Clamp(Freed, batch, high - batch));
    }

    // A mark below eight has no eighth to lose: such a pageset must not keep the timer busy for ever.
    public override bool Decays(int count) => count > _high || (_high > Size.HighMin && Lowered(count) != _high);

    public override void Decay(int count)
    {
        if (_high <= Size.HighMin) return;
        _high = Lowered(count);
    }

    private int Lowered(int count) =>
        Math.Max(Math.Max(count - (Size.Batch << ScaleMax), _high - (_high >> 3)), Size.HighMin);

    /// <summary>Pages that may stay; tunes the mark on the way.</summary>
    private int Limit(int count, bool all, bool zoneBelowHigh)
    {
        var batch = Size.Batch;
        var high = _high = InBounds(_high);
        if (high == 0) return 0;
        if (all)
        {
            _high = Math.Max(high - (batch << ScaleMax), Size.HighMin);
            return 0;
        }

        var freed = Math.Max(Freed, batch);
        if (ReclaimActive)
        {
            _high = Math.Max(high - freed, Size.HighMin);
            return Math.Min(4 * batch, _high);
        }

        if (Size.HighMin == Size.HighMax) return high;
        if (zoneBelowHigh)
        {
            _high = Math.Max(high - freed, Size.HighMin);
            return Math.Max(count, Size.HighMin);
        }

        // The mark in force stays for this free; only later ones may keep what comes in bulk.
        if (count >= high && high < Freed + batch) _high = InBounds(Freed + batch);
        return high;
    }

    private int InBounds(int high) => Clamp(high, Size.HighMin, Size.HighMax);
}
