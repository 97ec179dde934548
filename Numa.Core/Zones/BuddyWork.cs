namespace Numa.Core.Zones;

/// <summary>What one hold of the zone lock did; the cost model turns it into time.</summary>
public struct BuddyWork
{
    /// <summary>Blocks taken from or given to the free lists for the caller.</summary>
    public int Blocks;

    /// <summary>Struct pages touched under the lock: of each block the first.</summary>
    public int PagesTouched;

    /// <summary>Further struct pages of larger blocks that the release checks while it holds the lock.</summary>
    public int TailsChecked;

    public int Splits;

    public int Merges;

    /// <summary>Blocks moved between free lists by a migratetype fallback.</summary>
    public int Moves;

    /// <summary>Blocks that another migratetype gave to a request.</summary>
    public int Fallbacks;
}
