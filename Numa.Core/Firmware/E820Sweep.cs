using System.Collections.Immutable;

namespace Numa.Core.Firmware;

/// <summary>Turns overlapping entries into disjoint ones: a sweep over their starts and ends.</summary>
internal static class E820Sweep
{
    public static ImmutableArray<E820Entry> Run(ImmutableArray<E820Entry> entries)
    {
        // Starts come before ends at one address, so two entries of one type that touch never show a gap.
        var points = entries.Where(entry => entry.Size != 0)
            .SelectMany(entry => new Point[] { new(entry.Start, false, entry.Type), new(entry.End, true, entry.Type) })
            .OrderBy(point => point.At).ThenBy(point => point.IsEnd);

        var active = new SortedDictionary<E820Type, int>();
        var result = ImmutableArray.CreateBuilder<E820Entry>();
        var (openType, openStart) = (E820Type.None, 0ul);
        foreach (var (at, isEnd, type) in points)
        {
            var count = active.GetValueOrDefault(type) + (isEnd ? -1 : 1);
            if (count == 0) active.Remove(type);
            else active[type] = count;

            var current = active.Count == 0 ? E820Type.None : active.Keys.Last();
            if (current == openType && !StaysApart(current)) continue;
            if (openType != E820Type.None && at > openStart) result.Add(E820Entry.Between(openStart, at, openType));
            (openType, openStart) = (current, at);
        }

        return result.ToImmutable();
    }

    private readonly record struct Point(ulong At, bool IsEnd, E820Type Type);

    /// <summary>Types whose neighbours are never joined, because each entry is a device of its own.</summary>
    private static bool StaysApart(E820Type type) => type is E820Type.Persistent or E820Type.SoftReserved;
}
