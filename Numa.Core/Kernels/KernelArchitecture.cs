using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.MemoryModels;

namespace Numa.Core.Kernels;

/// <summary>What a kernel is built for: which zones it has, and how much memory it reaches.</summary>
/// <remarks>Source: Linux arch/x86/mm/init.c and init_32.c, arch/x86/Kconfig.</remarks>
public sealed class KernelArchitecture
{
    private KernelArchitecture(string name, params ReadOnlySpan<ZoneKind> zones) =>
        (Name, ZoneKinds) = (name, [.. zones]);

    /// <summary>64 bit: all memory is mapped.</summary>
    public static KernelArchitecture X64 { get; } = new(
        "x86-64", ZoneKind.DMA, ZoneKind.DMA32, ZoneKind.Normal, ZoneKind.Movable, ZoneKind.Device)
    {
        Is64Bit = true,
        DescriptorBytes = MemoryModel.DescriptorBytes,
        MaxFrames = 0x400000000,
    };

    /// <summary>32 bit with three levels of page tables: memory above 896 MiB is HighMem.</summary>
    /// <remarks>Fixed mappings cost a real kernel a few MiB of the 896.</remarks>
    public static KernelArchitecture X86Pae { get; } = new(
        "x86-32-pae", ZoneKind.DMA, ZoneKind.Normal, ZoneKind.HighMem, ZoneKind.Movable)
    {
        DescriptorBytes = 32,
        MaxFrames = 0x1000000,
        MappedEnd = new PageFrameNumber(0x38000),
    };

    /// <summary>Every architecture that Numa knows.</summary>
    public static ImmutableArray<KernelArchitecture> Known { get; } = [X64, X86Pae];

    public string Name { get; }

    /// <summary>The zones that it can have. Shape: index = the kernel's zone index.</summary>
    public ImmutableArray<ZoneKind> ZoneKinds { get; }

    public bool Is64Bit { get; private init; }

    /// <summary>Size of one <c>struct page</c>.</summary>
    public int DescriptorBytes { get; private init; }

    /// <summary>Frames that its page tables can name.</summary>
    public long MaxFrames { get; private init; }

    /// <summary>First frame that the kernel does not map for itself; null where it maps all.</summary>
    public PageFrameNumber? MappedEnd { get; private init; }

    public override string ToString() => Name;
}
