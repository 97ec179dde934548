using Numa.Core.Allocation;

namespace Numa.Workloads.Replay;

/// <summary>One allocation of a phase: what was asked, what the kernel did, and what the model did.</summary>
/// <param name="Number">In the order of the trace.</param>
/// <param name="Kernel">Slot of the zone that served it, −1 for none.</param>
/// <param name="Model">Slot of the predicted zone, −1 for none.</param>
/// <param name="Walk">Null when no zone refused it in the model.</param>
/// <param name="Path">Null when the trace tells nothing of its slow path.</param>
/// <param name="Boosted">Slot of the zone whose boost it raised in the model, −1 for none.</param>
internal sealed record PressedAllocation(
    int Number, ReplayRequest Request, int Kernel, int Model, ModelWalk? Walk, TracedSlowPath? Path, int Boosted)
{
    public AllocationRequest Kind => Request.Allocate!;

    /// <summary>Every zone failed at low, so it must wake kswapd.</summary>
    public bool EntersSlowPath => Walk is { EntersSlowPath: true };

    public bool Reclaims => Path is { } path && (path.Reclaims.Count > 0 || path.IsReclaiming);

    /// <summary>The model's walk at min failed, and it may reclaim.</summary>
    public bool MustReclaim => EntersSlowPath && Walk!.Zone < 0 && (Kind.Gfp & GfpFlags.DirectReclaim) != 0;

    public bool Wakes(int node) => Path is { } path && path.Wakes.Exists(woken => woken.Woken.Node.Value == node);
}
