using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Core.Zones;

namespace Numa.Core.Rounds;

/// <summary>Adds up, at the end of every round, where the pages of each zone are; none may be lost or be there
/// twice.</summary>
/// <remarks>Free lists, pagesets, tasks, what was occupied before, and visits and signals under way must be what boot
/// freed into the zone.</remarks>
internal sealed class PageCensus
{
    private readonly ImmutableArray<ZoneImage> _zones;
    private readonly long[][] _held;
    private readonly long[][] _underWay;

    public PageCensus(ImmutableArray<ZoneImage> zones, int groups)
    {
        _zones = zones;
        _held = [.. Enumerable.Range(0, groups).Select(_ => new long[zones.Length])];
        _underWay = [.. Enumerable.Range(0, groups).Select(_ => new long[zones.Length])];
    }

    /// <summary>A turn begins: the group takes all that is under way to it.</summary>
    public void BeginTurn(int group) => Array.Clear(_underWay[group]);

    public void Absorb(int group, GroupCensus turn)
    {
        turn.Held.CopyTo(_held[group], 0);
        foreach (var (to, pages) in turn.Sent)
        {
            for (var zone = 0; zone < pages.Length; zone++) _underWay[to][zone] += pages[zone];
        }
    }

    /// <exception cref="InvariantBreachException">A zone has more or fewer pages than boot freed into it.</exception>
    public void Check(long round)
    {
        for (var zone = 0; zone < _zones.Length; zone++)
        {
            var (held, underWay) = (_held.Sum(pages => pages[zone]), _underWay.Sum(pages => pages[zone]));
            var freed = _zones[zone].Freed.Value;
            if (held + underWay == freed) continue;
            throw new InvariantBreachException($"pages are conserved: at the end of round {round} zone"
                + $" {_zones[zone].Id} has {held} held and {underWay} under way, {held + underWay} in all; boot freed"
                + $" {freed}");
        }
    }
}
