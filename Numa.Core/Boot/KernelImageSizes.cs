namespace Numa.Core.Boot;

/// <summary>The kernel's own image in memory, and the sizes of its parts as the kernel prints them.</summary>
/// <remarks>Unit: bytes for addresses, KiB for sizes; 0 for a part that was not printed.</remarks>
public sealed record KernelImageSizes
{
    public ulong Start { get; init; }

    /// <summary>First address after the image, where early page tables begin; 0 when not known.</summary>
    public ulong End { get; init; }

    /// <summary>One page before the bss is kept out of hibernation images, in kernels that can hibernate.</summary>
    public bool HasNosavePage { get; init; }

    public long CodeKiB { get; init; }

    public long DataKiB { get; init; }

    public long ReadOnlyDataKiB { get; init; }

    public long InitKiB { get; init; }

    public long BssKiB { get; init; }
}
