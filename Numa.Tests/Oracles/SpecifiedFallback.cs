using Numa.Core.Addressing;
using Numa.Core.Nodes;

namespace Numa.Tests.Oracles;

/// <summary>Fallback orders of nodes at boot, as Linux documents them, written out once more.</summary>
internal static class SpecifiedFallback
{
    /// <param name="listed">Nodes that get a list, ascending.</param>
    /// <param name="memory">Nodes with memory, ascending.</param>
    /// <param name="addsOne">From 5.16 on the first node of each distance is charged 1, before that as many as nodes
    /// are left.</param>
    /// <param name="listsItself">A node without memory heads its own list; not in 6.12.</param>
    public static Dictionary<int, int[]> Orders(
        int[] listed, int[] memory, NodeDistances distances, bool addsOne, bool listsItself)
    {
        const long scale = 1 << 20;
        var load = new Dictionary<int, int>();
        var orders = new Dictionary<int, int[]>();
        foreach (var own in listed)
        {
            var order = new List<int>();
            var (last, left) = (own, listed.Length);
            while (true)
            {
                var open = memory.Where(node => !order.Contains(node)).ToList();
                var isOwn = !order.Contains(own) && (listsItself || memory.Contains(own));
                if (!isOwn && open.Count == 0) break;
                // At boot no CPU counts yet; a lower number is as good as one more of distance.
                var next = isOwn ? own : open.OrderBy(node =>
                    (distances[new(own), new(node)] + (node < own ? 1 : 0)) * scale + load.GetValueOrDefault(node))
                    .ThenBy(node => node).First();
                if (distances[new(own), new(next)] != distances[new(own), new(last)])
                    load[next] = addsOne ? load.GetValueOrDefault(next) + 1 : left;
                order.Add(next);
                (last, left) = (next, left - 1);
            }

            orders[own] = [.. order];
        }

        return orders;
    }
}
