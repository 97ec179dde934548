using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Nodes;

namespace Numa.Core.Zones;

/// <summary>Whether boot switches vm.zone_reclaim_mode on by itself.</summary>
/// <remarks>Source: <c>init_zone_allows_reclaim</c>, Linux mm/page_alloc.c up to 3.15.</remarks>
public static class ZoneReclaimMode
{
    public static bool OnAtBoot(KernelRelease release, ImmutableArray<NodeId> nodes, NodeDistances distances) =>
        release.ZoneReclaimBeyondDistance is { } limit
        && nodes.Any(from => nodes.Any(to => distances[from, to] > limit));
}
