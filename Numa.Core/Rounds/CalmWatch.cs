using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>Until when the CPUs of a group certainly ask no zone of another group.</summary>
/// <remarks>All that they may have to do with lies in the group, and the zones that they ask first have pages to
/// spare. Then the other groups need not wait for what this one does: see docs/ARCHITECTURE.md, "Calm
/// groups".</remarks>
internal sealed class CalmWatch
{
    private readonly CpuProcess[] _cpus;
    private readonly ZoneProcess[] _zones;
    private readonly ulong[] _own;
    private readonly ulong[] _askedFirst;

    /// <summary>Version of each CPU's reach when it was last looked at. Shape: index = place in the group.</summary>
    private readonly int[] _version;
    private readonly bool[] _roams;
    private int _roaming;
    private int _foreign;

    public CalmWatch(CpuProcess[] cpus, ZoneProcess[] zones, int allZones)
    {
        _cpus = cpus;
        _zones = zones;
        _own = new ulong[(allZones + 63) / 64];
        _askedFirst = new ulong[_own.Length];
        foreach (var zone in zones) ZoneReach.Set(_own, zone.Slot);
        _version = new int[cpus.Length];
        _roams = new bool[cpus.Length];
        for (var place = 0; place < cpus.Length; place++) Look(place);
    }

    /// <summary>Visits of other groups' CPUs came to wait here, or were served.</summary>
    public void CountForeign(int visits) => _foreign += visits;

    /// <summary>Takes note of what a CPU may have to do with since it was last looked at.</summary>
    public void Look(int place)
    {
        var reach = _cpus[place].Reach;
        if (reach.Version == _version[place]) return;
        _version[place] = reach.Version;
        reach.AddFirstTo(_askedFirst);
        if (_roams[place] || reach.IsWithin(_own)) return;
        _roams[place] = true;
        _roaming++;
    }

    /// <param name="from">Nothing happens in the group before this instant.</param>
    public VirtualInstant Until(VirtualInstant from)
    {
        if (_roaming > 0 || _foreign > 0) return VirtualInstant.BeforeAll;
        var until = VirtualInstant.Never;
        foreach (var zone in _zones)
        {
            if (ZoneReach.IsSet(_askedFirst, zone.Slot)) until = VirtualInstant.Min(until, zone.AmpleUntil(from));
        }

        return until;
    }
}
