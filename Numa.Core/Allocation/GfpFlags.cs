using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Core.Allocation;

/// <summary>What a caller permits the allocator to do, with the bit values of Linux 6.1.</summary>
/// <remarks>Source: Linux include/linux/gfp_types.h.</remarks>
[Flags]
public enum GfpFlags : uint
{
    None = 0,
    Dma = 0x01,
    HighMem = 0x02,
    Dma32 = 0x04,
    Movable = 0x08,
    Reclaimable = 0x10,
    High = 0x20,
    Io = 0x40,
    Fs = 0x80,
    Zero = 0x100,
    Atomic = 0x200,
    DirectReclaim = 0x400,
    KswapdReclaim = 0x800,
    Write = 0x1000,
    NoWarn = 0x2000,
    RetryMayFail = 0x4000,
    NoFail = 0x8000,
    NoRetry = 0x10000,
    MemAlloc = 0x20000,
    Comp = 0x40000,
    NoMemAlloc = 0x80000,
    HardWall = 0x100000,
    ThisNode = 0x200000,
    Account = 0x400000,

    Reclaim = DirectReclaim | KswapdReclaim,
    GfpAtomic = High | Atomic | KswapdReclaim,
    GfpNoWait = KswapdReclaim,
    GfpKernel = Reclaim | Io | Fs,
    GfpUser = GfpKernel | HardWall,
    GfpHighUser = GfpUser | HighMem,
    GfpHighUserMovable = GfpHighUser | Movable,
    GfpTransHugeLight = (GfpHighUserMovable | Comp | NoMemAlloc | NoWarn) & ~Reclaim,
    GfpTransHuge = GfpTransHugeLight | DirectReclaim,
}

/// <summary>What the allocator derives from a gfp mask.</summary>
public static class GfpRules
{
    /// <summary>Highest zone that the mask permits. A zone that the architecture lacks stands for Normal.</summary>
    /// <remarks>Source: <c>GFP_ZONE_TABLE</c>, Linux include/linux/gfp.h.</remarks>
    public static ZoneKind HighestZone(this GfpFlags gfp, KernelArchitecture architecture)
    {
        if ((gfp & GfpFlags.Dma) != 0) return ZoneKind.DMA;
        if ((gfp & GfpFlags.Dma32) != 0) return architecture.Is64Bit ? ZoneKind.DMA32 : ZoneKind.Normal;
        const GfpFlags movableUser = GfpFlags.Movable | GfpFlags.HighMem;
        if ((gfp & movableUser) == movableUser) return ZoneKind.Movable;
        return (gfp & GfpFlags.HighMem) == 0 || architecture.Is64Bit ? ZoneKind.Normal : ZoneKind.HighMem;
    }

    /// <summary>Bits MOVABLE and RECLAIMABLE, shifted down.</summary>
    public static Migratetype Migratetype(this GfpFlags gfp) => (Migratetype)(((uint)gfp >> 3) & 3);
}
