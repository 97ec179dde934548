using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>Where the memory lies that a running kernel gives back.</summary>
/// <remarks>
/// The log prints sizes, not places. The initial RAM disk has its own line. The image of the kernel is laid out as
/// code, read-only data, data, init, lock prefixes, a page kept from hibernation, bss; the two gaps end at a border
/// of 2 MiB; the unused decrypted bss ends the image. Where the size of the bss is not printed (3.10), init begins
/// where code and data, added up, end: a page or two too low. The rest is exact in the free lists of 4.4.178 and
/// 4.9.229 and in the traces of booting 6.1 and 6.12.
/// </remarks>
internal static class LateFreePlacement
{
    private const long LargePages = 512;
    private const long DefaultStart = 0x1000;
    private static readonly PageFrameNumber FirstMiB = new(0x100);

    public static ImmutableArray<(LateFreeKind Kind, PageRange Range)> Place(
        MachineDescription machine, Memblock memblock, List<string> notes)
    {
        var placed = ImmutableArray.CreateBuilder<(LateFreeKind, PageRange)>();
        placed.AddRange(machine.LateRanges.OrderBy(late => late.Kind).Select(late =>
            (late.Kind, PageRange.Whole(late.Start, late.End))));
        var unknown = PageFrameNumber.Ceiling(machine.KernelImage.End);
        if (!IsImageKnown(machine) && machine.LateFrees.Any(free => free.Kind > LateFreeKind.Initrd))
            notes.Add("The sizes of the kernel's parts are not in the log: what is freed of it is taken from its end.");
        foreach (var free in machine.LateFrees)
        {
            if (free.Kind == LateFreeKind.EfiBootServicesByInitcall)
            {
                // Below 1 MiB nothing is freed: firmware is known to write there.
                placed.AddRange(machine.BootServices
                    .Select(range => PageRange.Whole(range.Start, range.End))
                    .Where(range => range.End > FirstMiB)
                    .Select(range => range.Start < FirstMiB ? range with { Start = FirstMiB } : range)
                    .Where(range => IsReserved(memblock, range))
                    .Select(range => (free.Kind, range)));
                continue;
            }

            var pages = PageFrameNumber.Ceiling((ulong)free.SizeKiB << 10).Value;
            PageRange? range;
            if (free.Kind == LateFreeKind.Initrd) range = RamDisk(machine, pages);
            else if (IsImageKnown(machine)) range = InImage(machine, free.Kind, pages);
            else if (machine.KernelImage.End == 0) range = null;
            else
            {
                // The image lies in one zone, so the zone's count is right wherever in the image the pages were.
                range = new(new(Math.Max(0, unknown.Value - pages)), unknown);
                unknown = range.Value.Start;
            }

            // Only what is still reserved can be given back: an estimate must not free a page twice.
            if (range is not { } found || !IsReserved(memblock, found))
            {
                notes.Add($"Where {free.Kind} ({free.SizeKiB} KiB) was freed is not known; it stays reserved.");
                continue;
            }

            if (placed.Any(other => other.Item2.CutTo(found) is var both && both.Start < both.End)) continue;
            placed.Add((free.Kind, found));
        }

        return placed.ToImmutable();
    }

    /// <summary>The log tells how large the parts of the kernel's image are.</summary>
    public static bool IsImageKnown(MachineDescription machine) => machine.KernelImage.CodeKiB > 0;

    /// <summary>The placed ranges that lie in a zone.</summary>
    public static ImmutableArray<PageRange> In(
        ZoneSize zone, ImmutableArray<NodeMemory> nodes,
        ImmutableArray<(LateFreeKind Kind, PageRange Range)> placed, Func<LateFreeKind, bool> kinds)
    {
        var node = nodes.First(candidate => candidate.Node == zone.Id.Node);
        return
        [
            .. placed.Where(free => kinds(free.Kind))
                .SelectMany(free => node.Within(free.Range.CutTo(zone.Span))),
        ];
    }

    /// <summary>Freed before the watermarks are computed.</summary>
    public static bool IsEarly(LateFreeKind kind) => kind <= LateFreeKind.SmpAlternatives;

    /// <summary>Freed after the watermarks are first computed, and before huge pages raise them.</summary>
    public static bool IsBeforeHugePages(LateFreeKind kind) => kind == LateFreeKind.EfiBootServicesByInitcall;

    /// <summary>Freed after both: no mark moves for it.</summary>
    public static bool IsLate(LateFreeKind kind) => !IsEarly(kind) && !IsBeforeHugePages(kind);

    /// <summary>Given back by the early allocator itself, which counts what it releases in every release.</summary>
    public static bool IsOfEarlyAllocator(LateFreeKind kind) =>
        kind is LateFreeKind.EfiBootServices or LateFreeKind.Swiotlb;

    private static PageRange? RamDisk(MachineDescription machine, long pages)
    {
        if (machine.RamDisk is not { } disk) return null;
        var range = new PageRange(PageFrameNumber.Floor(disk.Start), PageFrameNumber.Ceiling(disk.End));
        return range.Pages.Value == pages ? range : range with { End = range.Start + new PageCount(pages) };
    }

    private static PageRange? InImage(MachineDescription machine, LateFreeKind kind, long pages)
    {
        var image = machine.KernelImage;
        var start = image.Start == 0 ? DefaultStart : PageFrameNumber.Floor(image.Start).Value;
        var codeEnd = start + Pages(image.CodeKiB);
        var readOnlyStart = RoundUp(codeEnd);
        long end;
        switch (kind)
        {
            case LateFreeKind.TextGap:
                end = RoundUp(codeEnd);
                break;
            case LateFreeKind.ReadOnlyDataGap:
                end = RoundUp(readOnlyStart + Pages(image.ReadOnlyDataKiB));
                break;
            case LateFreeKind.DecryptedBss:
                if (image.End == 0) return null;
                end = PageFrameNumber.Ceiling(image.End).Value;
                break;
            default:
                var locks = machine.LateFrees.Where(free => free.Kind == LateFreeKind.SmpAlternatives)
                    .Sum(free => Pages(free.SizeKiB));
                var bssStart = image.End == 0 || image.BssKiB == 0
                    ? codeEnd + Pages(image.DataKiB + image.InitKiB) + locks
                    : PageFrameNumber.Ceiling(image.End).Value - Pages(image.BssKiB) - (image.HasNosavePage ? 1 : 0);
                end = kind == LateFreeKind.SmpAlternatives ? bssStart : bssStart - locks;
                break;
        }

        return end - pages >= start ? new(new(end - pages), new(end)) : null;
    }

    private static bool IsReserved(Memblock memblock, PageRange range) =>
        memblock.Reserved.Any(region => region.Start <= range.Start.Address && region.End >= range.End.Address);

    private static long Pages(long sizeKiB) => (sizeKiB + 3) / 4;

    private static long RoundUp(long frame) => (frame + (LargePages - 1)) & ~(LargePages - 1);
}
