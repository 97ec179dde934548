using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Firmware;

/// <summary>The firmware's memory map: sorted ranges, each with the largest type that any entry claims there.</summary>
/// <remarks>Source: <c>e820_table</c>, Linux arch/x86/kernel/e820.c; <c>e820__update_table</c> for the
/// sanitising.</remarks>
public sealed class E820Map
{
    /// <summary>First frame beyond the 46 physical address bits that four levels of page tables are used
    /// for.</summary>
    public const long MaxArchFrames = 0x400000000;

    private const ulong BiosStart = 0xa0000;
    private const ulong BiosEnd = 0x100000;
    private const ulong FirstPageEnd = 0x1000;

    private E820Map(ImmutableArray<E820Entry> entries) => Entries = entries;

    /// <summary>Ascending, disjoint; no two that touch share a mergeable type.</summary>
    public ImmutableArray<E820Entry> Entries { get; }

    /// <summary>Sorts, splits and merges entries as the kernel does.</summary>
    /// <returns>Entries as given when there are fewer than two or one runs past the last address.</returns>
    public static E820Map Sanitise(IEnumerable<E820Entry> entries)
    {
        var given = entries.ToImmutableArray();
        return given.Length < 2 || given.Any(entry => entry.Wraps) ? new(given) : new(E820Sweep.Run(given));
    }

    /// <summary>Retypes what lies in [start, end) and has type <paramref name="from"/>.</summary>
    public E820Map Update(ulong start, ulong end, E820Type from, E820Type to)
    {
        var edited = new List<E820Entry>();
        foreach (var entry in Entries)
        {
            var cutStart = Math.Max(start, entry.Start);
            var cutEnd = Math.Min(end, entry.End);
            if (entry.Type != from || cutStart >= cutEnd)
            {
                edited.Add(entry);
                continue;
            }

            if (entry.Start < cutStart) edited.Add(E820Entry.Between(entry.Start, cutStart, from));
            if (to != E820Type.None) edited.Add(E820Entry.Between(cutStart, cutEnd, to));
            if (cutEnd < entry.End) edited.Add(E820Entry.Between(cutEnd, entry.End, from));
        }

        return Sanitise(edited);
    }

    /// <summary>Edits that keep the first page and the BIOS area from ever being taken for memory.</summary>
    /// <remarks>Source: <c>trim_bios_range</c>, Linux arch/x86/kernel/setup.c.</remarks>
    public static ImmutableArray<E820Entry> BiosTrim { get; } =
    [
        E820Entry.Between(0, FirstPageEnd, E820Type.Reserved), E820Entry.Between(BiosStart, BiosEnd, E820Type.None),
    ];

    /// <summary>RAM within the edit gets the edit's type; with no type it goes.</summary>
    public E820Map Apply(E820Entry edit) => Update(edit.Start, edit.End, E820Type.Usable, edit.Type);

    /// <summary>RAM in the map.</summary>
    /// <remarks>Unit: bytes.</remarks>
    public ulong UsableBytes => Entries.Where(entry => entry.Type == E820Type.Usable)
        .Aggregate(0ul, (sum, entry) => sum + entry.Size);

    /// <summary>First frame after all RAM: <c>max_pfn</c>.</summary>
    public PageFrameNumber MaxFrame(bool countAcpiData) => EndFrame(MaxArchFrames, countAcpiData);

    /// <summary>First frame after the RAM below 4 GiB: <c>max_low_pfn</c> while the direct map is built.</summary>
    public PageFrameNumber MaxLowFrame(bool countAcpiData)
    {
        const long fourGiB = 0x100000;
        var max = MaxFrame(countAcpiData);
        return max.Value > fourGiB ? EndFrame(fourGiB, countAcpiData) : max;
    }

    /// <summary>Largest end of a counted entry, held below a limit; both ends of an entry are rounded down.</summary>
    private PageFrameNumber EndFrame(long limit, bool countAcpiData)
    {
        var last = 0L;
        foreach (var entry in Entries)
        {
            if (entry.Type != E820Type.Usable && !(countAcpiData && entry.Type == E820Type.AcpiData)) continue;
            if (PageFrameNumber.Floor(entry.Start).Value >= limit) continue;
            var end = PageFrameNumber.Floor(entry.End).Value;
            if (end > limit) return new(limit);
            last = Math.Max(last, end);
        }

        return new(last);
    }
}
