using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.Verification;

/// <summary>Holds a kernel's lists of largest blocks against what the mass release left in them.</summary>
/// <remarks>
/// Every block that the kernel still lists must have been released whole, and those that nothing touched stand in the
/// order of the release. Where several CPUs released a zone at once, or the kernel shuffled, only the set is compared.
/// Blocks with pages that were freed late are left out: by then others had been taken.
/// </remarks>
internal static class FreeListComparison
{
    public static void Compare(Tally tally, string file, AllocatorDump dump, CaptureBoot boot)
    {
        var image = boot.Image;
        foreach (var list in dump.FreeLists)
        {
            if (list.Order != Order.MaxValue || list.Migratetype != nameof(Migratetype.Movable)) continue;
            if (image.Zones.FirstOrDefault(zone => zone.Id == list.Zone) is not { } zone) continue;
            ImmutableArray<long> ours =
                [.. new Zone(image.Release, zone).FreeList(Order.MaxValue, Migratetype.Movable)];
            var kernel = list.Frames.Where(block => !IsFreedLate(zone, block)).ToList();
            Released(tally, $"{file} {zone.Id}", kernel, ours);
            if (boot.Layout.IsShuffled || !IsReleasedInOrder(image, zone.Id)) continue;
            InOrder(tally, $"{file} {zone.Id}", kernel, ours);
        }
    }

    /// <summary>All but the deferred zones are released before a second CPU runs.</summary>
    private static bool IsReleasedInOrder(MachineImage image, ZoneId id) =>
        !image.Release.DefersHighestZone
        || image.Cpus.ListedCpuCount(id.Node) <= 1
        || image.Zones.Any(zone => zone.Id.Node == id.Node && zone.Id.Kind > id.Kind);

    private static void Released(Tally tally, string where, List<long> kernel, ImmutableArray<long> ours)
    {
        var released = ours.ToHashSet();
        foreach (var block in kernel)
        {
            tally.Same($"{where} block 0x{block:x}", "free", released.Contains(block) ? "free" : "not released whole",
                () => "what memblock has left is released in the largest aligned blocks, lowest first");
        }
    }

    private static void InOrder(Tally tally, string where, List<long> kernel, ImmutableArray<long> ours)
    {
        var common = kernel.Intersect(ours).ToList();
        var kept = ours.Intersect(common).ToList();
        for (var i = 0; i < common.Count; i++)
        {
            tally.Same($"{where} block {i + 1} of the list", $"0x{common[i]:x}", $"0x{kept[i]:x}",
                () => "each block goes to the tail of its list (to the head before 5.10), lowest first");
        }
    }

    private static bool IsFreedLate(ZoneImage zone, long block) => zone.FreedLate.Any(
        range => range.Start.Value < block + (1L << Order.MaxValue) && range.End.Value > block);
}
