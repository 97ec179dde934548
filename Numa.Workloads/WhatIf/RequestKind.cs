using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Workloads.WhatIf;

/// <summary>What happens when every zone of a request's list has refused it.</summary>
public enum RoomEnd
{
    /// <summary>At the low mark: kswapd is woken, and the request goes on at min.</summary>
    Kswapd,

    /// <summary>At the min mark: the request reclaims by itself; where that frees nothing, the OOM killer or a failure
    /// follows.</summary>
    DirectReclaim,

    /// <summary>At the min mark: the request may not reclaim, and fails.</summary>
    Failure,
}

/// <summary>A kind of request for single pages, as kernels and programs make them.</summary>
public sealed record RequestKind(GfpFlags Gfp)
{
    /// <summary>The kinds that are told apart. Requests for low zones are made as drivers make them: they may
    /// wait.</summary>
    public static ImmutableArray<RequestKind> All { get; } =
    [
        new(GfpFlags.GfpKernel),
        new(GfpFlags.GfpHighUserMovable),
        new(GfpFlags.GfpAtomic),
        new(GfpFlags.GfpKernel | GfpFlags.Dma32),
        new(GfpFlags.GfpKernel | GfpFlags.Dma),
    ];

    public string Name => GfpText.Format(Gfp);

    public AllocationRequest Request => new(Gfp, new Order(0));

    /// <summary>The ends it comes to, in that order, each with the check that refuses there.</summary>
    /// <param name="reserveIndex">Column of the lowmem reserve that its checks read.</param>
    public IEnumerable<(RoomEnd End, WatermarkCheck Check)> Ends(KernelRelease release, int reserveIndex)
    {
        yield return (RoomEnd.Kswapd, new(WatermarkLevel.Low, AllocationFlags.None, reserveIndex, 0));
        var end = (Gfp & GfpFlags.DirectReclaim) != 0 ? RoomEnd.DirectReclaim : RoomEnd.Failure;
        yield return (end, new(WatermarkLevel.Min, Request.SlowPathFlags(release), reserveIndex, 0));
    }
}
