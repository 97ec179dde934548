using Numa.Core.Addressing;

namespace Numa.Core.Zones;

/// <summary>A watermark of a zone.</summary>
public enum WatermarkLevel
{
    Min = 0,
    Low = 1,
    High = 2,
}

/// <summary>Free-page levels of a zone, without boost.</summary>
/// <remarks>Unit: pages. Source: <c>__setup_per_zone_wmarks</c>, Linux mm/page_alloc.c.</remarks>
public readonly record struct Watermarks(PageCount Min, PageCount Low, PageCount High, PageCount Promo)
{
    public PageCount this[WatermarkLevel level] => level switch
    {
        WatermarkLevel.Min => Min,
        WatermarkLevel.Low => Low,
        _ => High,
    };
}
