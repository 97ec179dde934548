namespace Numa.Core.Addressing;

/// <summary>A naturally aligned run of <c>2^order</c> page frames.</summary>
public readonly record struct PageBlock(PageFrameNumber Start, Order Order)
{
    public PageFrameNumber End => Start + Order.Pages;
}
