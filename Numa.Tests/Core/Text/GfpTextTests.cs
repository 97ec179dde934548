using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Text;

namespace Numa.Tests.Core.Text;

public class GfpTextTests
{
    [Theory]
    [InlineData("GFP_KERNEL", 0xcc0u)]
    [InlineData("GFP_HIGHUSER_MOVABLE", 0x100ccau)]
    [InlineData("GFP_ATOMIC", 0xa20u)]
    [InlineData("GFP_DMA32|__GFP_HIGH", 0x24u)]
    [InlineData(" GFP_KERNEL | __GFP_THISNODE ", 0x200cc0u)]
    public void Reads_the_bits_of_Linux_6_1(string text, uint bits)
    {
        Assert.Equal(bits, (uint)GfpText.Parse(text, out var problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("GFP_KERNAL", "'GFP_KERNAL' is no gfp flag; did you mean 'GFP_KERNEL'?")]
    [InlineData("", "'' is no gfp flag; expected names such as GFP_KERNEL or GFP_DMA32|__GFP_HIGH")]
    [InlineData("GFP_DMA|GFP_DMA32", "only one of __GFP_DMA, __GFP_DMA32 and __GFP_HIGHMEM can be given")]
    [InlineData("GFP_HIGHUSER_MOVABLE|__GFP_RECLAIMABLE", "__GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other")]
    public void Says_what_is_wrong(string text, string expected)
    {
        GfpText.Parse(text, out var problem);
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Every_name_and_pair_of_names_reads_back_as_the_same_mask()
    {
        foreach (var first in GfpText.Names)
        {
            foreach (var second in GfpText.Names)
            {
                var mask = GfpText.Parse($"{first}|{second}", out var problem);
                if (problem is null) Assert.Equal(mask, GfpText.Parse(GfpText.Format(mask), out _));
            }
        }
    }

    [Theory]
    [InlineData(GfpFlags.GfpHighUserMovable, "GFP_HIGHUSER_MOVABLE")]
    [InlineData(GfpFlags.Dma32 | GfpFlags.GfpAtomic, "GFP_ATOMIC|GFP_DMA32")]
    [InlineData(GfpFlags.None, "0")]
    public void Writes_the_largest_name_first(GfpFlags mask, string text) => Assert.Equal(text, GfpText.Format(mask));

    [Theory]
    [InlineData("0-3,8-9", new[] { 0, 1, 2, 3, 8, 9 })]
    [InlineData("5", new[] { 5 })]
    [InlineData("", new int[0])]
    [InlineData("none", new int[0])]
    public void A_CPU_list_reads_and_writes_as_the_kernel_does(string text, int[] cpus)
    {
        var read = CpuListText.Parse(text, out var problem);
        Assert.Null(problem);
        Assert.Equal(cpus.Select(cpu => new CpuId(cpu)), read);
        Assert.Equal(text == "none" ? "" : text, CpuListText.Format(read));
    }

    [Theory]
    [InlineData("3-1", "range 3-1 runs backwards")]
    [InlineData("0-3,2", "CPU 2 is listed twice")]
    [InlineData("0-9999999", "'0-9999999' is no CPU and no range of CPUs; expected a list such as 0-3,8-11"
        + " with numbers below 8192")]
    [InlineData("0..3", "'0..3' is no CPU and no range of CPUs; expected a list such as 0-3,8-11"
        + " with numbers below 8192")]
    public void A_wrong_CPU_list_says_why(string text, string expected)
    {
        Assert.Empty(CpuListText.Parse(text, out var problem));
        Assert.Equal(expected, problem);
    }
}
