using System.Runtime.CompilerServices;
using Numa.Core.Addressing;

namespace Numa.Core.Zones;

/// <summary>Number of free blocks of each order, all migratetypes.</summary>
/// <remarks>Shape: index = order 0..10. Source: <c>nr_free</c> of <c>struct free_area</c>.</remarks>
[InlineArray(Order.Count)]
public struct OrderCounts
{
    private int _first;
}
