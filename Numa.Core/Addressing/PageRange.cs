namespace Numa.Core.Addressing;

/// <summary>A half-open run of page frames [Start, End).</summary>
public readonly record struct PageRange(PageFrameNumber Start, PageFrameNumber End)
{
    public PageCount Pages => End - Start;

    public bool Contains(PageFrameNumber frame) => frame >= Start && frame < End;
}
