namespace Numa.Core.Zones.Pagesets;

/// <summary>How much a pageset asks for and gives back at a time, and what it learns from its traffic.</summary>
/// <remarks>Unit: pages. Source: <c>nr_pcp_alloc</c>, <c>nr_pcp_free</c>, Linux mm/page_alloc.c.</remarks>
internal abstract class PagesetTuning
{
    /// <summary>Most doublings of a batch.</summary>
    /// <remarks>Source: <c>CONFIG_PCP_BATCH_SCALE_MAX</c>.</remarks>
    internal const int ScaleMax = 5;

    public PagesetSize Size { get; set; }

    /// <summary>kswapd is at work on the zone: keep less.</summary>
    public bool ReclaimActive { get; set; }

    /// <summary>The CPU's share of the data cache holds more than three batches.</summary>
    public bool CacheHoldsBatches { get; set; }

    public virtual int High => Size.HighMin;

    public virtual int FreeFactor => 0;

    public virtual int FreeCount => 0;

    public virtual int AllocFactor => 0;

    /// <summary>Takes over what a running kernel's pageset had learnt.</summary>
    public virtual void Restore(PagesetState state) => CacheHoldsBatches = state.CacheHoldsBatches;

    /// <summary>What frees added up to; every allocation halves it. Up to 6.6 an exponent, then pages.</summary>
    protected int Freed { get; set; }

    public void BeginAllocation() => Freed >>= 1;

    /// <summary>Blocks to ask the zone for.</summary>
    public abstract int NextRefill(int count, int order, bool zoneBelowHigh);

    /// <summary>Pages to drain after a free; <paramref name="count"/> has the freed pages in it.</summary>
    public abstract int AfterFree(int count, int order, bool zoneBelowHigh);

    /// <summary>There is something for <see cref="Decay"/> to do, or pages above the mark.</summary>
    public virtual bool Decays(int count) => false;

    /// <summary>Lowers the high mark as time passes.</summary>
    public virtual void Decay(int count)
    {
    }

    /// <summary>Blocks that hold a batch, at least two.</summary>
    protected static int BlocksOf(int batch, int order) => batch > 1 ? Math.Max(batch >> order, 2) : batch;

    /// <summary>The kernel's clamp: where the bounds cross, the upper one holds.</summary>
    protected static int Clamp(int value, int low, int high) => Math.Min(Math.Max(value, low), high);
}

/// <summary>Before 5.14: one batch at a time.</summary>
internal sealed class SixBatches : PagesetTuning
{
    public override int NextRefill(int count, int order, bool zoneBelowHigh) => Size.Batch;

    public override int AfterFree(int count, int order, bool zoneBelowHigh) =>
        count >= Size.HighMin ? Math.Min(Size.Batch, count) : 0;
}

/// <summary>5.14 to 6.6: drains double while nothing is allocated.</summary>
internal sealed class LowMarkPerCpu : PagesetTuning
{
    public override int FreeFactor => Freed;

    public override void Restore(PagesetState state) => Freed = state.FreeFactor;

    public override int NextRefill(int count, int order, bool zoneBelowHigh) => BlocksOf(Size.Batch, order);

    public override int AfterFree(int count, int order, bool zoneBelowHigh)
    {
        var batch = Size.Batch;
        var all = Freed != 0 && order is >= 1 and <= 3;
        var high = all ? 0 : ReclaimActive ? Math.Min(4 * batch, Size.HighMin) : Size.HighMin;
        if (count < high) return 0;
        if (all) return count;
        if (high < batch) return 1;
        var most = high - batch;
        var wanted = batch << Freed;
        if (wanted < most && Freed < ScaleMax) Freed++;
        return Math.Min(count, Clamp(wanted, batch, most));
    }
}
