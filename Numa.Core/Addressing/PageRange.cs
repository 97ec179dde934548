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

    /// <summary>What is left when another range is cut out: at most two parts.</summary>
    public IEnumerable<PageRange> Without(PageRange other)
    {
        if (other.Start >= End || other.End <= Start)
        {
            yield return this;
            yield break;
        }

        if (other.Start > Start) yield return this with { End = other.Start };
        if (other.End < End) yield return this with { Start = other.End };
    }

    /// <summary>Whether the two share a page.</summary>
    public bool Intersects(PageRange other) => other.Start < End && other.End > Start;

    public bool Contains(PageFrameNumber frame) => frame >= Start && frame < End;
}
