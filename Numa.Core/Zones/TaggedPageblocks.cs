using Numa.Core.Addressing;

namespace Numa.Core.Zones;

/// <summary>Neighbouring pageblocks with one migratetype.</summary>
/// <param name="Range">Whole pageblocks: both ends are multiples of 512 frames, and may lie outside the zone.</param>
public readonly record struct TaggedPageblocks(PageRange Range, Migratetype Tag);
