using System.Collections.Immutable;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>A zone as whoever failed found it.</summary>
/// <param name="Slot">Slot of the zone.</param>
/// <param name="TypesOfOrder">Migratetypes that have a free block of the order. Shape: index = order; bit =
/// type.</param>
/// <param name="InOwnPageset">Pages in the pageset of the CPU that looked.</param>
public sealed record ZoneSnapshot(
    int Slot, ZoneRecord Record, ImmutableArray<byte> TypesOfOrder, int InOwnPageset, ZoneTuning Tuning);

/// <summary>All zones and LRU lists, looked at one after the other by a task that got no memory.</summary>
/// <remarks>What Mem-Info prints. Source: <c>show_mem</c>, Linux mm/show_mem.c.</remarks>
public sealed record MemorySnapshot(
    VirtualInstant At, ImmutableArray<ZoneSnapshot> Zones, ImmutableArray<LruZoneSize> Lru);
