using System.Collections.Immutable;
using System.Globalization;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Nodes;
using Numa.Core.Zones;

namespace Numa.Tests.Generators;

/// <summary>Machines as people describe them, with every key that a machine file may hold.</summary>
internal static class DescribedMachines
{
    private const long MiB = 1L << 20;

    private static readonly string[] Orders = ["default", "node", "zone"];

    private static readonly Gen<ByteSize> Sizes =
        Gen.OneOf(Gen.Long[1, 4000].Select(pages => pages * 4096), Gen.Long[1, 4096].Select(mib => mib * MiB))
            .Select(bytes => new ByteSize(bytes));

    /// <summary>Ascending ranges of whole pages, none touching the next.</summary>
    private static readonly Gen<ImmutableArray<(ulong Start, ulong End)>> Ranges =
        Gen.Int[1, 5000].Array[0, 3].Select(steps =>
        {
            var ranges = ImmutableArray.CreateBuilder<(ulong Start, ulong End)>();
            var at = 64ul << 20;
            foreach (var step in steps)
            {
                var start = at + (ulong)step * 4096;
                at = start + (ulong)step * 8192;
                ranges.Add((start, at));
            }

            return ranges.ToImmutable();
        });

    private static readonly Gen<MemorySettings> Settings =
        from minFree in Gen.Int[1, 1 << 20]
        from which in Gen.Int[0, 63]
        from order in Gen.Int[0, 2].Select(i => Orders[i])
        from mode in Gen.Int[0, 2].Select(i => (HugePageMode)i)
        select new MemorySettings
        {
            MinFreeKbytes = (which & 1) == 0 ? null : minFree,
            LowmemReserveRatio = (which & 2) == 0 ? [] : [256],
            Swappiness = (which & 4) == 0 ? 60 : minFree % 100,
            ZoneReclaimMode = (which & 8) == 0 ? null : minFree % 8,
            PagelistFraction = (which & 16) == 0 ? 0 : 8 + minFree % 100,
            WatermarkScaleFactor = 10,
            ZonelistOrder = order,
            HugePages = mode,
        };

    public static readonly Gen<SyntheticMachine> Machines =
        from release in Gen.Int[0, KernelRelease.Known.Length - 1].Select(i => KernelRelease.Known[i])
        from isMapped in Gen.Bool
        from count in Gen.Int[1, 6]
        from memory in Sizes.Array[count]
        from kinds in Gen.Int[0, 5].Array[count]
        from owners in Gen.Int[0, count - 1].Array[1, 24]
        from distances in Gen.Int[11, 254].Array[count * count]
        from ranges in Ranges
        from settings in Settings
        from more in Gen.Int[0, 31]
        from name in Gen.String[Gen.Char[' ', 'ä'], 1, 12]
        select Of(release, isMapped, memory, kinds, owners, distances, ranges, settings, more, name.Trim());

    /// <summary>A machine in full, for comparing: records with arrays compare by reference.</summary>
    public static string Text(SyntheticMachine machine) => string.Join('\n',
    [
        $"{machine.Name} {machine.Release.Name} {machine.Release.Architecture} {machine.CommandLine}",
        $"{machine.EarlyAllocator} {machine.MemoryModel}",
        $"{machine.Settings with { LowmemReserveRatio = [] }} [{string.Join(' ', machine.Settings.LowmemReserveRatio)}]",
        $"holes {string.Join(' ', machine.Holes)} mtrr {string.Join(' ', machine.WriteBack)}",
        $"map {string.Join(' ', machine.MemoryMap)} late {string.Join(' ', machine.LateRanges)}",
        .. machine.Nodes.Select(node => $"{node.Memory.Bytes} cpus {string.Join(' ', node.Cpus)} in "
            + $"{string.Join(' ', node.Ranges)} {string.Join(' ', node.Managed.OrderBy(zone => zone.Key))}"),
        .. Enumerable.Range(0, machine.Nodes.Length).Select(from => string.Join(' ',
            Enumerable.Range(0, machine.Nodes.Length).Select(to => machine.Distances[new(from), new(to)]))),
    ]);

    /// <summary>A ratio for each zone of the release, as a kernel has them.</summary>
    private static MemorySettings Whole(MemorySettings settings, KernelRelease release) =>
        settings.LowmemReserveRatio.IsEmpty
            ? settings
            : Sysctl.Apply(release, new(Sysctl.LowmemReserveRatio, "128"), settings with { LowmemReserveRatio = [] })
                .Settings;

    private static SyntheticMachine Of(
        KernelRelease release, bool isMapped, ByteSize[] memory, int[] kinds, int[] owners, int[] distances,
        ImmutableArray<(ulong Start, ulong End)> ranges, MemorySettings settings, int more, string name)
    {
        var count = memory.Length;
        // Of kind 0 a node is not there at all; of kind 1 it has no memory.
        var nodes = Enumerable.Range(0, count).Select(id => new SyntheticNode(
            isMapped || kinds[id] < 2 ? default : memory[id],
            [.. owners.Select((owner, cpu) => (owner, cpu)).Where(pair => pair.owner == id)
                .Select(pair => new CpuId(pair.cpu))],
            kinds[id] == 2 && !isMapped
                ? ImmutableDictionary<ZoneKind, PageCount>.Empty.Add(ZoneKind.Normal, memory[id].Pages)
                : ImmutableDictionary<ZoneKind, PageCount>.Empty)
        {
            Ranges = isMapped && kinds[id] > 0 ? [((ulong)id << 32, ((ulong)id << 32) + (ulong)memory[id].Bytes)] : [],
        }).ToImmutableArray();
        if (isMapped) nodes = nodes.SetItem(0, nodes[0] with { Ranges = [(0, 1ul << 32)] });
        else if (nodes.All(node => node.Memory.Bytes == 0))
            nodes = nodes.SetItem(0, nodes[0] with { Memory = memory[0] });
        var isFar = (more & 1) != 0;
        // A map lies in the first range, so what is given back late may, too.
        ImmutableArray<E820Entry> map = isMapped
            ?
            [
                E820Entry.Between(0, 0x9fc00, E820Type.Usable), E820Entry.Between(0x9fc00, 0x100000, E820Type.Reserved),
                E820Entry.Between(0x100000, 1ul << 32, E820Type.Usable), new(1ul << 40, 4096, (E820Type)17),
            ]
            : [];
        return new(name.Length == 0 ? "x" : name, release, nodes, isMapped ? [] : ranges,
            new(count, distances.Select((far, cell) => cell / count == cell % count ? NodeDistances.Local
                : isFar ? far : NodeDistances.Remote)), Whole(settings, release))
        {
            CommandLine = (more & 2) == 0 ? "" : string.Create(
                CultureInfo.InvariantCulture, $"kernelcore={memory[0].Bytes >> 10}K movablecore={memory[^1].Bytes >> 10}K"),
            MemoryMap = map,
            WriteBack = (more & 4) == 0 ? [] : ranges,
            LateRanges = isMapped && (more & 8) != 0
                ? [.. ranges.Select((range, i) => (i % 2 == 0 ? LateFreeKind.EfiBootServices : LateFreeKind.Swiotlb,
                    range.Start, range.End)).OrderBy(late => late.Item1)]
                : [],
            MemoryModel = (more & 16) == 0 ? MemoryModelKind.Sparse : MemoryModelKind.Flat,
            EarlyAllocator = (more & 16) == 0 ? EarlyAllocatorKind.Memblock : EarlyAllocatorKind.Bootmem,
        };
    }
}
