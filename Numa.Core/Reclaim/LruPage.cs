using Numa.Core.Allocation;

namespace Numa.Core.Reclaim;

/// <summary>A page that lies on an LRU list, or is on its way to or from one.</summary>
/// <param name="Zone">Slot of the zone that contains it.</param>
/// <param name="Owner">Task that got it; a file's page stays when that has exited.</param>
public readonly record struct LruPage(long Frame, int Zone, LruType Type, TaskId Owner)
{
    /// <summary>A file's page that was changed since it was written. Known of pages that move.</summary>
    public bool IsDirty { get; init; }

    /// <summary>An anonymous page whose content is in swap too. Known of pages that move.</summary>
    public bool IsInSwap { get; init; }
}
