namespace Numa.Core.Boot;

/// <summary>What a kernel gives back once it has started, in the order of time.</summary>
public enum LateFreeKind
{
    /// <summary>What EFI's boot services used, given back at the end of start_kernel: before the watermarks are
    /// computed. Source: <c>efi_free_boot_services</c>, Linux arch/x86/platform/efi/quirks.c.</summary>
    EfiBootServices,

    /// <summary>Lock prefixes that only one CPU would patch away. Freed before the watermarks are computed.</summary>
    SmpAlternatives,

    /// <summary>The same, by an initcall that kernels log which have it: after the watermarks are first computed, and
    /// before huge pages raise them.</summary>
    EfiBootServicesByInitcall,

    /// <summary>The bounce buffer, when an IOMMU makes it needless: an initcall after the watermarks. Source:
    /// <c>swiotlb_exit</c>, Linux kernel/dma/swiotlb.c.</summary>
    Swiotlb,
    Initrd,
    DecryptedBss,
    Init,
    TextGap,
    ReadOnlyDataGap,
}

/// <summary>A range of memory that the running kernel gives back, page by page.</summary>
/// <remarks>Unit: KiB.</remarks>
public readonly record struct LateFree(LateFreeKind Kind, long SizeKiB);
