using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>Where early boot put a request.</summary>
/// <param name="Start">Unit: bytes; null when no memory was found.</param>
public readonly record struct EarlyPlacement(MemblockRequest Request, ulong? Start);

/// <summary>Both lists of memblock at one instant.</summary>
public sealed record MemblockTable(ImmutableArray<MemblockRegion> Memory, ImmutableArray<MemblockRegion> Reserved);

/// <summary>What early boot did, for those who compare it with a real one.</summary>
/// <param name="Placements">Requests with the addresses that the rules gave them, in order.</param>
/// <param name="GiganticPages">Huge pages that only early memory has room for, taken for hugepages=.</param>
/// <param name="WithNodes">memblock once its memory has nodes: what the second table of a log shows.</param>
public sealed record EarlyRecord(
    ImmutableArray<EarlyPlacement> Placements, ImmutableArray<PageRange> GiganticPages, MemblockTable? WithNodes)
{
    public static EarlyRecord Nothing { get; } = new([], [], null);
}
