namespace Numa.Core.Boot;

/// <summary>What a kernel gives back once it has started.</summary>
public enum LateFreeKind
{
    /// <summary>Lock prefixes that only one CPU would patch away. Freed before the watermarks are computed.</summary>
    SmpAlternatives,

    /// <summary>What the firmware needed until the kernel had taken over. Freed after the watermarks are first
    /// computed, and before huge pages raise them.</summary>
    EfiBootServices,
    Initrd,
    DecryptedBss,
    Init,
    TextGap,
    ReadOnlyDataGap,
}

/// <summary>A range of memory that the running kernel gives back, page by page.</summary>
/// <remarks>Unit: KiB.</remarks>
public readonly record struct LateFree(LateFreeKind Kind, long SizeKiB);
