using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>What every zone said of itself at one instant of the board's grid. Immutable once published.</summary>
/// <param name="Index">The instant is Index × signal latency.</param>
/// <param name="Records">Shape: index = slot of the zone.</param>
public sealed record BoardPage(long Index, ZoneRecord[] Records);

/// <summary>The two pages that a CPU may read before the end of a round.</summary>
/// <param name="Earlier">Page k − 1, where k − 1 ≥ 0 is the grid instant before the round's start.</param>
/// <param name="Later">Page k.</param>
public sealed record BoardView(BoardPage Earlier, BoardPage Later);
