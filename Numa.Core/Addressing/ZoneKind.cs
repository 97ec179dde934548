namespace Numa.Core.Addressing;

/// <summary>The zones of x86-64, by their zone index.</summary>
/// <remarks>Source: <c>enum zone_type</c>, Linux include/linux/mmzone.h.</remarks>
public enum ZoneKind
{
    DMA = 0,
    DMA32 = 1,
    Normal = 2,
    Movable = 3,
    Device = 4,
}
