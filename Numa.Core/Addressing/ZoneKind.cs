namespace Numa.Core.Addressing;

/// <summary>The zones that kernels know, in their order. No architecture has all of them.</summary>
/// <remarks>A kernel's own zone index counts the zones of its architecture only: see
/// <see cref="Kernels.KernelArchitecture.ZoneKinds"/>. Source: <c>enum zone_type</c>, Linux
/// include/linux/mmzone.h.</remarks>
public enum ZoneKind
{
    DMA = 0,
    DMA32 = 1,
    Normal = 2,
    HighMem = 3,
    Movable = 4,
    Device = 5,
}
