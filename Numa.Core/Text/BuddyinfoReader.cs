using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;

namespace Numa.Core.Text;

/// <summary>Reads /proc/buddyinfo.</summary>
public static class BuddyinfoReader
{
    private const string Code = "NUMA161";

    /// <param name="file">Name of the text, for problems.</param>
    /// <returns>Free blocks of each zone. Shape: index = order.</returns>
    public static ImmutableDictionary<ZoneId, ImmutableArray<long>> Read(
        string file, string text, out ImmutableArray<Problem> problems)
    {
        var found = ImmutableArray.CreateBuilder<Problem>();
        var zones = ImmutableDictionary.CreateBuilder<ZoneId, ImmutableArray<long>>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.Trim().Length == 0) continue;
            if (TryZone(line, out var zone, out var blocks)) zones[zone] = blocks;
            else
            {
                found.Add(new(new(file, number, 1), Code, $"'{line.Trim()}' is no line of /proc/buddyinfo;"
                    + $" expected 'Node 0, zone Normal' and {Order.Count} counts"));
            }
        }

        problems = found.ToImmutable();
        return zones.ToImmutable();
    }

    private static bool TryZone(string line, out ZoneId zone, out ImmutableArray<long> blocks)
    {
        (zone, blocks) = (default, []);
        var words = line.Split((char[])[' ', ',', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["Node", var node, "zone", var kind, .. var counts]) return false;
        if (counts.Length != Order.Count) return false;
        if (!ZoneId.TryParse(node, kind, out zone)) return false;
        var numbers = counts.Select(count =>
            int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1L);
        blocks = [.. numbers];
        return !blocks.Contains(-1);
    }
}
