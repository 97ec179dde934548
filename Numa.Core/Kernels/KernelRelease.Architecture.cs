using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Kernels;

/// <remarks>What a release was built for.</remarks>
public sealed partial record KernelRelease
{
    public KernelArchitecture Architecture { get; init; } = KernelArchitecture.X64;

    /// <summary>Its rules on 32 bit are known here (up to 4.14).</summary>
    public bool IsKnownOn32Bit { get; init; }

    /// <summary>On x86-64 a kernel stack is 16 KiB large; before 3.15 it was 8, as on 32 bit.</summary>
    public bool HasLargeStacks { get; init; } = true;

    /// <summary>Of the block that a task's kernel stack is: THREAD_SIZE_ORDER.</summary>
    /// <remarks>Source: Kim, "x86_64: expand kernel stack to 16K", commit 6538b8ea886e, 2014.</remarks>
    public Order StackOrder => new(Architecture.Is64Bit && HasLargeStacks ? 2 : 1);

    /// <summary>Whether a zone is scarce: some requests can go nowhere else, while those of programs need not go
    /// there.</summary>
    public bool IsLow(ZoneKind kind) => kind < (Architecture.Is64Bit ? ZoneKind.Normal : ZoneKind.HighMem);

    /// <summary>The zones that it can have. Shape: index = the kernel's zone index.</summary>
    public ImmutableArray<ZoneKind> ZoneKinds =>
        HasDeviceZone ? Architecture.ZoneKinds : Architecture.ZoneKinds.Remove(ZoneKind.Device);
}
