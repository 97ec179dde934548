using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Tests.Core.Allocation;

// Spec 08 §1: every bit, every composite, and what follows from the bits.
public class GfpRulesTests
{
    [Theory]
    [InlineData("__GFP_DMA", 0x01)]
    [InlineData("__GFP_HIGHMEM", 0x02)]
    [InlineData("__GFP_DMA32", 0x04)]
    [InlineData("__GFP_MOVABLE", 0x08)]
    [InlineData("__GFP_RECLAIMABLE", 0x10)]
    [InlineData("__GFP_HIGH", 0x20)]
    [InlineData("__GFP_IO", 0x40)]
    [InlineData("__GFP_FS", 0x80)]
    [InlineData("__GFP_ZERO", 0x100)]
    [InlineData("__GFP_ATOMIC", 0x200)]
    [InlineData("__GFP_DIRECT_RECLAIM", 0x400)]
    [InlineData("__GFP_KSWAPD_RECLAIM", 0x800)]
    [InlineData("__GFP_WRITE", 0x1000)]
    [InlineData("__GFP_NOWARN", 0x2000)]
    [InlineData("__GFP_RETRY_MAYFAIL", 0x4000)]
    [InlineData("__GFP_NOFAIL", 0x8000)]
    [InlineData("__GFP_NORETRY", 0x10000)]
    [InlineData("__GFP_MEMALLOC", 0x20000)]
    [InlineData("__GFP_COMP", 0x40000)]
    [InlineData("__GFP_NOMEMALLOC", 0x80000)]
    [InlineData("__GFP_HARDWALL", 0x100000)]
    [InlineData("__GFP_THISNODE", 0x200000)]
    [InlineData("__GFP_ACCOUNT", 0x400000)]
    [InlineData("GFP_KERNEL", 0xcc0)]
    [InlineData("GFP_USER", 0x100cc0)]
    [InlineData("GFP_HIGHUSER", 0x100cc2)]
    [InlineData("GFP_HIGHUSER_MOVABLE", 0x100cca)]
    [InlineData("GFP_NOFS", 0xc40)]
    [InlineData("GFP_NOIO", 0xc00)]
    [InlineData("GFP_NOWAIT", 0x800)]
    [InlineData("GFP_ATOMIC", 0xa20)]
    [InlineData("GFP_TRANSHUGE_LIGHT", 0x1c20ca)]
    [InlineData("GFP_TRANSHUGE", 0x1c24ca)]
    public void A_name_has_the_bits_of_Linux_6_1(string name, uint bits)
    {
        Assert.Equal(bits, (uint)GfpText.Parse(name, out var problem));
        Assert.Null(problem);
    }

    // No high memory on x86-64: HIGHMEM alone means Normal; only with MOVABLE does it mean Movable.
    [Theory]
    [InlineData(0x0, ZoneKind.Normal)]
    [InlineData(0x1, ZoneKind.DMA)]
    [InlineData(0x2, ZoneKind.Normal)]
    [InlineData(0x4, ZoneKind.DMA32)]
    [InlineData(0x8, ZoneKind.Normal)]
    [InlineData(0x9, ZoneKind.DMA)]
    [InlineData(0xa, ZoneKind.Movable)]
    [InlineData(0xc, ZoneKind.DMA32)]
    public void The_low_four_bits_give_the_highest_zone(uint bits, ZoneKind highest)
    {
        Assert.Equal(highest, ((GfpFlags)bits).HighestZone(KernelArchitecture.X64));
        Assert.Equal(highest, (GfpFlags.GfpUser | (GfpFlags)bits).HighestZone(KernelArchitecture.X64));
    }

    [Theory]
    [InlineData(0x3)]
    [InlineData(0x5)]
    [InlineData(0x6)]
    [InlineData(0x7)]
    [InlineData(0xb)]
    [InlineData(0xd)]
    [InlineData(0xe)]
    [InlineData(0xf)]
    [InlineData(0x18)]
    public void Bits_that_contradict_each_other_are_refused(int bits)
    {
        string[] names = ["__GFP_DMA", "__GFP_HIGHMEM", "__GFP_DMA32", "__GFP_MOVABLE", "__GFP_RECLAIMABLE"];
        GfpText.Parse(string.Join('|', names.Where((_, bit) => (bits >> bit & 1) != 0)), out var problem);
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData(GfpFlags.GfpKernel, Migratetype.Unmovable)]
    [InlineData(GfpFlags.GfpHighUserMovable, Migratetype.Movable)]
    [InlineData(GfpFlags.GfpKernel | GfpFlags.Reclaimable, Migratetype.Reclaimable)]
    [InlineData(GfpFlags.GfpAtomic, Migratetype.Unmovable)]
    [InlineData(GfpFlags.GfpTransHuge, Migratetype.Movable)]
    public void Two_bits_give_the_migratetype(GfpFlags gfp, Migratetype type) => Assert.Equal(type, gfp.Migratetype());
}
