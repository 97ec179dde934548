namespace Numa.Core.Addressing;

/// <summary>A half-open run of page frames [Start, End).</summary>
public readonly record struct PageRange(PageFrameNumber Start, PageFrameNumber End)
{
    public PageCount Pages => End - Start;

    /// <summary>The pages that lie in a range of addresses as a whole; its end may precede its start when none
    /// does.</summary>
    /// <remarks>Unit: bytes. Shape: [start, end).</remarks>
    public static PageRange Whole(ulong start, ulong end) =>
        new(PageFrameNumber.Ceiling(start), PageFrameNumber.Floor(end));

    /// <summary>The ranges in ascending order, those that touch as one.</summary>
    public static IEnumerable<PageRange> Joined(IEnumerable<PageRange> ranges)
    {
        PageRange? open = null;
        foreach (var range in ranges.OrderBy(range => range.Start))
        {
            if (open is { } last && last.End == range.Start)
            {
                open = last with { End = range.End };
                continue;
            }

            if (open is { } done) yield return done;
            open = range;
        }

        if (open is { } rest) yield return rest;
    }

    public bool Contains(PageFrameNumber frame) => frame >= Start && frame < End;
}
