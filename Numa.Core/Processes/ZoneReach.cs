namespace Numa.Core.Processes;

/// <summary>Zones that a CPU may still have to do with, as far as it is known before it gets there.</summary>
/// <remarks>Only grows. As long as the zones that its requests ask first have pages for them, it asks no
/// others.</remarks>
public sealed class ZoneReach(int zones)
{
    private readonly ulong[] _zones = new ulong[(zones + 63) / 64];
    private readonly ulong[] _askedFirst = new ulong[(zones + 63) / 64];

    /// <summary>Nobody can tell which zones its tasks will ask.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Changes whenever the reach grows.</summary>
    public int Version { get; private set; }

    internal void Add(int slot)
    {
        if (IsSet(_zones, slot)) return;
        Set(_zones, slot);
        Version++;
    }

    /// <summary>A request asks this zone before any other.</summary>
    internal void AddFirst(int slot)
    {
        if (IsSet(_askedFirst, slot)) return;
        Set(_zones, slot);
        Set(_askedFirst, slot);
        Version++;
    }

    internal void Open()
    {
        IsOpen = true;
        Version++;
    }

    /// <summary>Whether the reach lies within a set of zones. Shape: bit = slot of the zone.</summary>
    internal bool IsWithin(ulong[] set)
    {
        if (IsOpen) return false;
        for (var i = 0; i < set.Length; i++)
        {
            if ((_zones[i] & ~set[i]) != 0) return false;
        }

        return true;
    }

    internal void AddFirstTo(ulong[] set)
    {
        for (var i = 0; i < set.Length; i++) set[i] |= _askedFirst[i];
    }

    internal static void Set(ulong[] set, int slot) => set[slot >> 6] |= 1ul << (slot & 63);

    internal static bool IsSet(ulong[] set, int slot) => (set[slot >> 6] >> (slot & 63) & 1) != 0;
}
