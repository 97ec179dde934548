using System.Collections.Immutable;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Nodes;
using Numa.Core.Zones;

namespace Numa.Tests.Core.Boot;

// Early allocators, memory models and late releases on whole machines.
public class BootHistoryTests
{
    private const ulong MiB = 1ul << 20;
    private const ulong GiB = 1ul << 30;

    // Goal: bootmem releases the pages that memblock does, in another order. Method: both boots of one machine. Up to
    // 4.3 the one block that comes last, the bitmap's, is the first of the zone and so becomes MIGRATE_RESERVE.
    [Theory]
    [InlineData("2.6.35", false)]
    [InlineData("4.4", true)]
    [InlineData("6.12", true)]
    public void Bootmem_releases_the_same_pages_in_another_order(string release, bool showsInMovable)
    {
        var machine = Machine(release) with { Nodes = [Node(5 * GiB, 0), Node(2 * GiB, 1)] };
        var memblock = Boot(machine);
        var bootmem = Boot(machine with { EarlyAllocator = EarlyAllocatorKind.Bootmem });

        foreach (var (before, after) in memblock.Image.Zones.Zip(bootmem.Image.Zones))
        {
            Assert.Equal((before.Id, before.Managed, before.Freed), (after.Id, after.Managed, after.Freed));
            var (lists, others) = (Lists(memblock, before), Lists(bootmem, after));
            Assert.Equal(lists.Order(), others.Order());
            if (before.Id.Kind == ZoneKind.Normal) Assert.Equal(showsInMovable, !lists.SequenceEqual(others));
        }

        var node1 = bootmem.Image.Zones[^1];
        Assert.Equal(ReleaseGrain.Words, node1.Grain);
        Assert.Equal(Bootmem.PagesFor(node1.Spanned), Assert.Single(node1.Bitmap).Pages);
    }

    // The bitmap's pages come last: on an ordinary release their block is then the first to be taken.
    [Fact]
    public void The_bitmap_is_freed_last()
    {
        var boot = Boot(Machine("4.4") with { EarlyAllocator = EarlyAllocatorKind.Bootmem });
        var normal = boot.Image.Zones[^1];

        Assert.Equal(normal.Bitmap[0].Start.Value, new Zone(boot.Image.Release, normal)
            .FreeList(Order.MaxValue, Migratetype.Movable).First());
    }

    // A node that the firmware lets begin within a word of its bitmap is released page by page.
    [Fact]
    public void Without_an_aligned_start_no_word_is_freed_as_a_block()
    {
        var machine = Machine("4.4") with
        {
            MemoryMap =
                [E820Entry.Between(0, GiB, E820Type.Usable), E820Entry.Between(GiB, GiB + 1, E820Type.Reserved)],
            Nodes =
            [
                Node(0, 0) with { Ranges = [(0, 512 * MiB + 4096)] },
                Node(0, 1) with { Ranges = [(512 * MiB + 4096, GiB)] },
            ],
            EarlyAllocator = EarlyAllocatorKind.Bootmem,
        };

        Assert.Equal([ReleaseGrain.Words, ReleaseGrain.Words, ReleaseGrain.Pages],
            EarlyBoot.Run(machine).Zones.Select(zone => zone.Grain));
    }

    // Freeing [a, b) late: free and managed grow by b - a; marks and reserves move with the next write, not before.
    [Theory]
    [InlineData("3.10")]
    [InlineData("4.4")]
    [InlineData("6.12")]
    public void A_late_release_moves_no_mark_until_the_next_trigger(string release)
    {
        const long pages = 16384;
        var machine = Machine(release) with { LateRanges = [(LateFreeKind.Swiotlb, GiB, GiB + 64 * MiB)] };
        var layout = EarlyBoot.Run(machine);
        var without = BootSequence.Run(layout with
        {
            Zones = [.. layout.Zones.Select(zone => zone with { FreedLate = [] })],
        }, false, []);
        var late = BootSequence.Run(layout, false, []);
        var written = BootSequence.Run(layout, false,
            [new("vm.min_free_kbytes", "90000"), new("vm.lowmem_reserve_ratio", "256 256 32")]);
        var same = BootSequence.Run(layout with
        {
            Zones = [.. layout.Zones.Select(zone => zone with { FreedLate = [] })],
        }, false, [new("vm.min_free_kbytes", "90000"), new("vm.lowmem_reserve_ratio", "256 256 32")]);

        var (before, after) = (without.Image.Zones[1], late.Image.Zones[1]);
        Assert.Equal("0:DMA32", before.Id.ToString());
        Assert.Equal(pages, after.Managed.Value - before.Managed.Value);
        Assert.Equal(pages, after.Freed.Value - before.Freed.Value);
        Assert.Equal(pages, Free(late, 1) - Free(without, 1));
        Assert.Equal(without.Image.Zones.Select(zone => zone.Tuning.Marks),
            late.Image.Zones.Select(zone => zone.Tuning.Marks));
        Assert.Equal(without.Image.Zones.SelectMany(zone => zone.Tuning.LowmemReserve),
            late.Image.Zones.SelectMany(zone => zone.Tuning.LowmemReserve));

        Assert.True(written.Image.Zones[1].Tuning.Marks.Min > same.Image.Zones[1].Tuning.Marks.Min);
        Assert.True(written.Image.Zones[0].Tuning.LowmemReserve[1] > same.Image.Zones[0].Tuning.LowmemReserve[1]);
        Assert.Equal(22500 * written.Image.Zones[1].Managed.Value / written.Image.Zones.Sum(zone => zone.Managed.Value),
            written.Image.Zones[1].Tuning.Marks.Min.Value);
    }

    // What EFI's boot services held is back before the marks are first computed, so they count it.
    [Fact]
    public void Boot_services_are_back_before_the_marks_are_computed()
    {
        var plain = Boot(Machine("4.4"));
        var held = Boot(Machine("4.4") with { LateRanges = [(LateFreeKind.EfiBootServices, GiB, GiB + 64 * MiB)] });

        Assert.Equal(plain.Image.Zones.Select(zone => (zone.Managed, zone.Tuning.Marks)),
            held.Image.Zones.Select(zone => (zone.Managed, zone.Tuning.Marks)));
    }

    // 4 GiB, a hole of 60 GiB, 4 GiB more. What the map costs changes, which zone a frame is of does not.
    [Theory]
    [InlineData(MemoryModelKind.Sparse, 32768)]
    [InlineData(MemoryModelKind.Flat, 278528)]
    [InlineData(MemoryModelKind.Discontiguous, 278528)]
    public void A_memory_model_changes_what_is_reserved_and_no_zone(MemoryModelKind model, long map)
    {
        var machine = Machine("4.4") with
        {
            Nodes = [Node(8 * GiB, 0)], Holes = [(4 * GiB, 64 * GiB)], MemoryModel = model,
        };
        var layout = EarlyBoot.Run(machine);
        var sparse = EarlyBoot.Run(machine with { MemoryModel = MemoryModelKind.Sparse });

        Assert.Equal(map, layout.Model!.MapPages.Value);
        Assert.Equal(map - 32768,
            sparse.Zones.Sum(zone => zone.MassReleased.Value) - layout.Zones.Sum(zone => zone.MassReleased.Value));
        Assert.Equal(sparse.Zones.Select(zone => (zone.Id, zone.Start, zone.Spanned, zone.Present)),
            layout.Zones.Select(zone => (zone.Id, zone.Start, zone.Spanned, zone.Present)));
        Assert.Equal(model != MemoryModelKind.Sparse, layout.Model.IsValid(new(40L << 18)));
        // All that is spanned is charged, unless sections leave holes out: Normal spans 64 GiB and holds 4.
        var charged = layout.Zones[^1].Present - layout.Zones[^1].ManagedEstimate;
        Assert.Equal(model == MemoryModelKind.Sparse ? 16384 : 262144, charged.Value);
    }

    // Spec 03 §9 and 02 §7, on maps of any shape, with either early allocator and any model.
    [Fact]
    public void Every_layout_adds_up() =>
        Gen.Select(Gen.Select(Gen.Int[0, 20], Gen.Int[1, 12], Gen.Int[0, 2]).Array[1, 6],
            Gen.Int[0, KernelRelease.Known.Length - 1], Gen.Enum<EarlyAllocatorKind>(), Gen.Enum<MemoryModelKind>())
        .Sample((parts, release, allocator, model) =>
        {
            var at = 0ul;
            var (map, ranges) = (new List<E820Entry>(), new List<(int Node, ulong Start, ulong End)>());
            foreach (var (gap, size, node) in parts)
            {
                var (start, end) = (at + (ulong)gap * 200 * MiB, at + (ulong)(gap + size) * 200 * MiB);
                map.Add(E820Entry.Between(start, end, E820Type.Usable));
                ranges.Add((node, start, end));
                at = end;
            }

            map.Add(E820Entry.Between(at, at + 1, E820Type.Reserved));
            var layout = EarlyBoot.Run(Machine(KernelRelease.Known[release].Name) with
            {
                MemoryMap = [.. map],
                Nodes = [.. Enumerable.Range(0, 3).Select(node => Node(0, node) with
                {
                    Ranges = [.. ranges.Where(range => range.Node == node).Select(range => (range.Start, range.End))],
                })],
                EarlyAllocator = allocator,
                MemoryModel = model,
            });
            foreach (var zone in layout.Zones)
            {
                Assert.True(zone.Spanned >= zone.Present && zone.Present >= zone.ManagedAtEnd);
                Assert.True(zone.Present > PageCount.Zero);
                var holes = zone.Spanned.Value - layout.Memory.Where(region => region.Node == zone.Id.Node)
                    .Sum(region => Overlap(region, zone));
                Assert.Equal(zone.Spanned.Value, zone.Present.Value + holes);
                foreach (var other in layout.Zones.Where(other =>
                    other.Id.Node == zone.Id.Node && other.Id.Kind > zone.Id.Kind))
                    Assert.True(other.Start >= zone.Start + zone.Spanned);
            }

            // Every frame of memory is of exactly one zone: its node's, and there is one such zone wherever memory is.
            foreach (var region in layout.Memory)
            {
                var owners = layout.Zones.Where(zone => zone.Id.Node == region.Node).ToList();
                Assert.Equal((long)(region.Size >> 12), owners.Sum(zone => Overlap(region, zone)));
            }

            var free = layout.Zones.Sum(zone => zone.MassReleased.Value);
            // totalram counts deferred pages at once, managed pages grow when they are released.
            var before = DeferredZone.ReleasedBefore(layout).Value;
            Assert.InRange(before, 0, free);
            if (!layout.Release.DefersHighestZone || allocator == EarlyAllocatorKind.Bootmem) Assert.Equal(free, before);

            var touched = layout.Reserved.Sum(reserved => layout.Memory.Sum(region =>
                (long)(Math.Max(Math.Min(reserved.End, region.End), Math.Max(reserved.Start, region.Start))
                    - Math.Max(reserved.Start, region.Start)) >> 12));
            Assert.Equal(layout.Memory.Sum(region => (long)(region.Size >> 12)), free + touched);
        }, iter: 300);

    private static long Free(BootResult boot, int slot) =>
        new Zone(boot.Image.Release, boot.Image.Zones[slot]).FreePages;

    private static long Overlap(MemblockRegion region, ZoneLayout zone)
    {
        var start = Math.Max((long)(region.Start >> 12), zone.Start.Value);
        var end = Math.Min((long)(region.End >> 12), (zone.Start + zone.Spanned).Value);
        return Math.Max(0, end - start);
    }

    /// <summary>Every free block of a zone as order and frame, in list order.</summary>
    private static List<(int Order, long Frame)> Lists(BootResult boot, ZoneImage image)
    {
        var zone = new Zone(boot.Image.Release, image);
        Assert.Equal(image.Freed.Value, zone.FreePages);
        return [.. Enumerable.Range(0, Order.Count).SelectMany(order =>
            zone.FreeList(order, Migratetype.Movable).Select(frame => (order, frame)))];
    }

    private static BootResult Boot(SyntheticMachine machine) => BootSequence.Run(EarlyBoot.Run(machine), false, []);

    private static SyntheticNode Node(ulong bytes, int cpu) => new(
        new((long)bytes), [new(cpu)], ImmutableDictionary<ZoneKind, PageCount>.Empty);

    private static SyntheticMachine Machine(string release) => new(
        "test", KernelRelease.Find(release, out _)!, [Node(6 * GiB, 0)], [], NodeDistances.Uniform(3), new());
}
