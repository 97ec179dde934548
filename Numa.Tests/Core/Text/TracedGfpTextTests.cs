using Numa.Core.Allocation;
using Numa.Core.Text;

namespace Numa.Tests.Core.Text;

public class TracedGfpTextTests
{
    [Theory]
    [InlineData("GFP_USER|GFP_REPEAT|GFP_ZERO|GFP_NOTRACK", GfpFlags.GfpUser | GfpFlags.RetryMayFail | GfpFlags.Zero)]
    [InlineData("GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO",
        GfpFlags.GfpHighUserMovable | GfpFlags.Comp | GfpFlags.Zero)]
    [InlineData("GFP_KSWAPD_RECLAIM|GFP_NOWARN", GfpFlags.KswapdReclaim | GfpFlags.NoWarn)]
    [InlineData("GFP_NOWAIT", GfpFlags.GfpNoWait)]
    [InlineData("GFP_IO|0x80", GfpFlags.Io | GfpFlags.Fs)]
    [InlineData("GFP_KERNEL|GFP_NO_KSWAPD", GfpFlags.DirectReclaim | GfpFlags.Io | GfpFlags.Fs)]
    [InlineData("none", GfpFlags.None)]
    public void Flags_are_read_as_every_release_prints_them(string text, GfpFlags flags) =>
        Assert.Equal(flags, TracedGfpText.Parse(text, out _));

    [Fact]
    public void An_unknown_name_is_told()
    {
        Assert.Null(TracedGfpText.Parse("GFP_KERNEL|GFP_TURBO", out var unknown));
        Assert.Equal("GFP_TURBO", unknown);
    }
}
