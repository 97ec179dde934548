namespace Numa.Core.Allocation;

/// <summary>How one walk over a zonelist treats watermarks and reserves, in the words of Linux 6.1.</summary>
/// <remarks>Source: <c>ALLOC_*</c>, Linux mm/internal.h. Before 6.1, HARDER is NonBlock and HIGH is
/// MinReserve.</remarks>
[Flags]
public enum AllocationFlags
{
    None = 0,
    NoWatermarks = 0x4,
    Oom = 0x8,
    NonBlock = 0x10,
    MinReserve = 0x20,
    CpuSet = 0x40,
    NoFragment = 0x100,
    HighAtomic = 0x200,

    /// <summary>Fair zone policy pass (3.12 to 4.7).</summary>
    Fair = 0x400,
    Kswapd = 0x800,
    Reserves = NonBlock | MinReserve | HighAtomic | Oom,
}
