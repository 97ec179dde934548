using Numa.Core.Addressing;

namespace Numa.Core.Hotplug;

/// <summary>Chooses the zone that a range goes online in, where it is chosen at that moment (4.13 and later).</summary>
/// <remarks>Source: <c>zone_for_pfn_range</c>, Linux mm/memory_hotplug.c.</remarks>
internal sealed class ZoneSelection(OnlinePolicy policy, Func<ZoneId, RunningZone> zones)
{
    /// <param name="device">The whole range that was plugged together with this one.</param>
    /// <param name="early">Online pages of boot's own memory outside Movable zones, on a node or, for null, on all;
    /// then those of Movable zones.</param>
    public ZoneKind Choose(
        NodeId node, PageRange range, PageRange device, OnlineType type,
        Func<NodeId?, (PageCount EarlyKernel, PageCount Movable)> early)
    {
        var kernel = KernelZone(node, range);
        return type switch
        {
            OnlineType.Kernel => kernel,
            OnlineType.Movable => ZoneKind.Movable,
            _ when policy.MovableRatio is { } ratio =>
                FitsMovable(node, device, ratio, early) ? ZoneKind.Movable : kernel,
            _ => Contiguous(node, range, kernel),
        };
    }

    /// <summary>The lowest zone that the range meets; Normal when it meets none.</summary>
    private ZoneKind KernelZone(NodeId node, PageRange range)
    {
        for (var kind = ZoneKind.DMA; kind < ZoneKind.Normal; kind++)
        {
            if (zones(new(node, kind)).Intersects(range)) return kind;
        }

        return ZoneKind.Normal;
    }

    private ZoneKind Contiguous(NodeId node, PageRange range, ZoneKind kernel)
    {
        var inKernel = zones(new(node, kernel)).Intersects(range);
        var inMovable = zones(new(node, ZoneKind.Movable)).Intersects(range);
        var movable = inKernel == inMovable ? policy.PrefersMovable : inMovable;
        return movable ? ZoneKind.Movable : kernel;
    }

    /// <summary>Whether all that is left of a device may become Movable; a device stays in one kind of zone.</summary>
    private bool FitsMovable(
        NodeId node, PageRange device, int ratio, Func<NodeId?, (PageCount EarlyKernel, PageCount Movable)> early)
    {
        for (var kind = ZoneKind.DMA; kind <= ZoneKind.Normal; kind++)
        {
            if (zones(new(node, kind)).PagesIn(device) > PageCount.Zero) return false;
        }

        var pages = device.Pages - zones(new(node, ZoneKind.Movable)).PagesIn(device);
        return Fits(early(null)) && (!policy.PerNode || Fits(early(node)));

        bool Fits((PageCount EarlyKernel, PageCount Movable) there) =>
            (there.Movable + pages).Value <= (Int128)ratio * there.EarlyKernel.Value / 100;
    }
}
