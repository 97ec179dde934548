using Numa.Core.Addressing;

namespace Numa.Core.Zones.Buddy;

/// <summary>Pages by which a zone's watermarks stand higher after migratetypes were mixed.</summary>
/// <remarks>Source: <c>boost_watermark</c>, Linux mm/page_alloc.c.</remarks>
internal sealed class WatermarkBoost
{
    private const int PageblockPages = 1 << Order.Pageblock;

    /// <summary>Managed pages of the zone.</summary>
    public long Managed { get; set; }

    /// <summary>Unit: pages.</summary>
    public long Pages { get; set; }

    /// <summary>vm.watermark_boost_factor. Unit: 1/10000 of the high mark; 0 is off.</summary>
    public int Factor { get; set; } = 15000;

    /// <summary>High watermark without boost.</summary>
    public long HighMark { get; set; }

    /// <summary>An allocation that may wake kswapd raised the boost.</summary>
    public bool Raised { get; set; }

    public void Raise(bool mayWakeKswapd)
    {
        if (Factor == 0 || Managed < 4 * PageblockPages) return;
        var most = HighMark * Factor / 10000;
        if (most == 0) return;
        Pages = Math.Min(Pages + PageblockPages, Math.Max(most, PageblockPages));
        if (mayWakeKswapd) Raised = true;
    }
}
