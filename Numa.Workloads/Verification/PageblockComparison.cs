using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Workloads.Verification;

/// <summary>Holds a running kernel's pageblock types against those of boot, where boot alone decides them.</summary>
/// <remarks>Allocations retag pageblocks that hold free pages. So only those are compared of which no page was ever
/// released, and, up to 4.3, which pageblocks are MIGRATE_RESERVE: nothing later changes that.</remarks>
internal sealed partial class PageblockComparison(CaptureBoot boot)
{
    private readonly KernelRelease _release = boot.Image.Release;

    private bool HasFixedReserve => _release.HighAtomic == HighAtomicRule.ReservePageblocks;

    public void Compare(Tally tally, string file, AllocatorDump dump)
    {
        var kernel = dump.PageblockTypes;
        foreach (var image in boot.Image.Zones)
        {
            var zone = new Zone(_release, image with { Released = [], FreedLate = [] });
            var given = image.Released.Concat(image.FreedLate).ToList();
            var first = -(-image.Start.Value & -Order.PageblockPages);
            for (var frame = first; frame < image.End.Value; frame += Order.PageblockPages)
            {
                if (!kernel.TryGetValue(frame, out var number) || !IsMemory(frame)) continue;
                var theirs = MigratetypeNumbers.Numbered(_release, number & 7);
                var ours = zone.TagOf(frame);
                var where = $"{file} {image.Id} pageblock 0x{frame:x}";
                if (!given.Any(range => range.Start.Value < frame + Order.PageblockPages && range.End.Value > frame))
                {
                    tally.Same(where, Name(theirs), Name(ours),
                        () => "Movable once its first page is initialised or, if deferred, released; else Unmovable");
                }
                else if (HasFixedReserve)
                {
                    tally.Same(where, Reserve(theirs), Reserve(ours), ReserveRule);
                }
            }
        }
    }

    /// <summary>The Reserve column of /proc/pagetypeinfo.</summary>
    public void Compare(Tally tally, string file, string pagetypeinfo)
    {
        if (!HasFixedReserve) return;
        var column = MigratetypeNumbers.Of(_release).TakeWhile(type => type.Type != Migratetype.HighAtomic).Count();
        foreach (Match row in Row().Matches(pagetypeinfo))
        {
            var counts = row.Groups["count"].Captures;
            if (counts.Count <= column) continue;
            var image = boot.Image.Zones.FirstOrDefault(zone =>
                zone.Id.Node.ToString() == row.Groups["node"].Value
                && zone.Id.Kind.ToString() == row.Groups["zone"].Value);
            var reserved = image?.Tagged.Where(tagged => tagged.Tag == Migratetype.HighAtomic)
                .Sum(tagged => tagged.Range.Pages.Value / Order.PageblockPages) ?? 0;
            tally.Same($"{file} {row.Groups["node"]}:{row.Groups["zone"]} Reserve",
                long.Parse(counts[column].Value, CultureInfo.InvariantCulture), reserved, ReserveRule);
        }
    }

    private static string ReserveRule() =>
        "the first wholly released pageblocks of a zone, as many as its min mark fills, at most two";

    private string Name(Migratetype? type) =>
        type is { } known ? MigratetypeNumbers.NameOf(_release, known) : "unknown";

    private static string Reserve(Migratetype? type) => type == Migratetype.HighAtomic ? "Reserve" : "not Reserve";

    private bool IsMemory(long frame) => boot.Layout.Memory.Any(region =>
        region.Start <= (ulong)frame << PageFrameNumber.PageShift
        && region.End > (ulong)frame << PageFrameNumber.PageShift);

    [GeneratedRegex(@"^Node\s+(?<node>\d+), zone\s+(?<zone>\w+)(?:\s+(?<count>\d{1,15}))+\s*$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
