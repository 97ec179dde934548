using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>Cuts ranges of frames to each other.</summary>
internal static class PageRangeCutting
{
    /// <summary>What two ranges share; empty or inverted when they share nothing.</summary>
    public static PageRange CutTo(this PageRange range, PageRange span) =>
        new(range.Start > span.Start ? range.Start : span.Start, range.End < span.End ? range.End : span.End);

    public static PageFrameNumber Clamp(this PageFrameNumber frame, PageFrameNumber low, PageFrameNumber high) =>
        frame < low ? low : frame > high ? high : frame;
}
