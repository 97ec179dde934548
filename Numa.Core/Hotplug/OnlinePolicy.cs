namespace Numa.Core.Hotplug;

/// <summary>What is written to a memory block's state to bring it online.</summary>
public enum OnlineType
{
    /// <summary><c>online</c>: the policy chooses the zone.</summary>
    Default,

    /// <summary><c>online_kernel</c>.</summary>
    Kernel,

    /// <summary><c>online_movable</c>.</summary>
    Movable,
}

/// <summary>How the zone is chosen where nobody names one.</summary>
/// <param name="PrefersMovable">The boot parameter <c>movable_node</c>.</param>
/// <param name="MovableRatio">Percent of boot's kernel memory that Movable zones may hold, under the policy
/// auto-movable; null under contig-zones.</param>
/// <remarks>Source: <c>online_policy</c> and <c>auto_movable_ratio</c>, Linux mm/memory_hotplug.c.</remarks>
public sealed record OnlinePolicy(bool PrefersMovable = false, int? MovableRatio = null)
{
    /// <summary>The kernel's own <c>auto_movable_ratio</c>.</summary>
    public const int DefaultMovableRatio = 301;

    /// <summary>The ratio must hold on the node too, not only over all nodes.</summary>
    public bool PerNode { get; init; } = true;
}
