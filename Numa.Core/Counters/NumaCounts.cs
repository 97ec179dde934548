using Numa.Core.Addressing;
using Numa.Core.Processes;

namespace Numa.Core.Counters;

/// <summary>What numastat counts for a zone, or summed for a node.</summary>
/// <remarks>Unit: allocations, one for a block of any order. Frees change nothing, and a refill of a pageset is no
/// allocation. Source: <c>zone_statistics</c>, Linux mm/page_alloc.c.</remarks>
/// <param name="Hit">Served by the node of the first zone that the request's list and nodes name.</param>
/// <param name="Miss">Served, though a zone of another node was the first.</param>
/// <param name="Foreign">This zone was the first, and another node served.</param>
/// <param name="InterleaveHit">Interleaved, and served by the node whose turn it was.</param>
/// <param name="Local">Served to a CPU of the same node.</param>
/// <param name="Other">Served to a CPU of another node.</param>
public readonly record struct NumaCounts(
    long Hit, long Miss, long Foreign, long InterleaveHit, long Local, long Other)
{
    /// <summary>Counts of one zone.</summary>
    public static NumaCounts Of(int slot, NodeId node, IEnumerable<CpuProcess> cpus)
    {
        var sum = default(NumaCounts);
        foreach (var cpu in cpus)
        {
            var counters = cpu.Counters;
            var (served, missed) = (counters.HandOuts[slot], counters.Misses[slot]);
            var local = cpu.Node == node;
            sum += new NumaCounts(served - missed, missed, counters.Foreign[slot], counters.InterleaveHits[slot],
                local ? served : 0, local ? 0 : served);
        }

        return sum;
    }

    public static NumaCounts operator +(NumaCounts a, NumaCounts b) => new(a.Hit + b.Hit, a.Miss + b.Miss,
        a.Foreign + b.Foreign, a.InterleaveHit + b.InterleaveHit, a.Local + b.Local, a.Other + b.Other);
}
