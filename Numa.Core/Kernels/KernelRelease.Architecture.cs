using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Kernels;

/// <remarks>What a release was built for.</remarks>
public sealed partial record KernelRelease
{
    public KernelArchitecture Architecture { get; init; } = KernelArchitecture.X64;

    /// <summary>Its rules on 32 bit are known here (up to 4.14).</summary>
    public bool IsKnownOn32Bit { get; init; }

    /// <summary>Whether a zone is scarce: some requests can go nowhere else, while those of programs need not go
    /// there.</summary>
    public bool IsLow(ZoneKind kind) => kind < (Architecture.Is64Bit ? ZoneKind.Normal : ZoneKind.HighMem);

    /// <summary>The zones that it can have. Shape: index = the kernel's zone index.</summary>
    public ImmutableArray<ZoneKind> ZoneKinds =>
        HasDeviceZone ? Architecture.ZoneKinds : Architecture.ZoneKinds.Remove(ZoneKind.Device);
}
