using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;

namespace Numa.Workloads.Verification;

/// <summary>A line of a dump that begins with a zone and goes on with names, each followed by its numbers.</summary>
internal sealed record DumpLine(ZoneId Zone, ImmutableArray<string> Words)
{
    /// <summary>Decimal numbers behind a name; empty when the name is not there.</summary>
    public ImmutableArray<long> Numbers(string name)
    {
        var at = Words.IndexOf(name);
        if (at < 0) return [];
        var numbers = ImmutableArray.CreateBuilder<long>();
        while (++at < Words.Length && long.TryParse(Words[at], CultureInfo.InvariantCulture, out var number))
            numbers.Add(number);
        return numbers.ToImmutable();
    }

    public long? Number(string name) => Numbers(name) is [var first, ..] ? first : null;

    /// <summary>A frame behind a name, which the dumps write in hexadecimal digits.</summary>
    public long? Frame(string name)
    {
        var at = Words.IndexOf(name) + 1;
        return at > 0 && at < Words.Length
            && long.TryParse(Words[at], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var frame)
            ? frame
            : null;
    }
}

/// <summary>The blocks of one free list, head first.</summary>
internal sealed record DumpedList(ZoneId Zone, int Order, string Migratetype, ImmutableArray<long> Frames);

/// <summary>One list of one CPU's pageset, head first.</summary>
/// <param name="Index">Number of the list, and behind it what it holds: <c>1(Movable)</c> or
/// <c>4(1,Movable)</c>.</param>
internal sealed record DumpedPagesetList(ZoneId Zone, int Cpu, string Index, ImmutableArray<long> Frames);

/// <summary>What a capture read from a kernel's memory: zones, pagesets, zonelists, free lists.</summary>
/// <remarks>Format: the captures' <c>freelists.txt</c>. Lines of other kinds are passed over.</remarks>
internal sealed class AllocatorDump
{
    private AllocatorDump(string text)
    {
        var zones = ImmutableArray.CreateBuilder<DumpLine>();
        var pagesets = ImmutableArray.CreateBuilder<DumpLine>();
        var zonelists = ImmutableArray.CreateBuilder<string>();
        var free = ImmutableArray.CreateBuilder<DumpedList>();
        var listed = ImmutableArray.CreateBuilder<DumpedPagesetList>();
        var pageblocks = ImmutableDictionary.CreateBuilder<long, int>();
        foreach (var line in text.Split('\n'))
        {
            ImmutableArray<string> words = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            if (words is ["pageblocks", var start, ":", var digits]
                && long.TryParse(start, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var first))
            {
                for (var i = 0; i < digits.Length; i++)
                    pageblocks[first + ((long)i << Order.Pageblock)] = char.IsAsciiHexDigit(digits[i])
                        ? Convert.ToInt32(digits[i].ToString(), 16)
                        : -1;
            }

            if (words is ["zonelist", ..]) zonelists.Add(line.TrimEnd());
            if (words.Length < 3 || !TryZone(words[1], words[2], out var zone)) continue;
            if (words[0] == "zone") zones.Add(new(zone, words[3..]));
            if (words[0] == "pcpinfo") pagesets.Add(new(zone, words[3..]));
            if (words is ["free", _, _, var order, var type, _, ":", .. var frames]
                && int.TryParse(order, CultureInfo.InvariantCulture, out var size))
            {
                free.Add(new(zone, size, type, Frames(frames)));
            }

            if (words is ["pcp", _, _, var cpu, var index, ":", .. var held]
                && int.TryParse(cpu, CultureInfo.InvariantCulture, out var holder))
            {
                listed.Add(new(zone, holder, index, Frames(held)));
            }
        }

        (Zones, Pagesets) = (zones.ToImmutable(), pagesets.ToImmutable());
        PagesetLists = listed.ToImmutable();
        PageblockTypes = pageblocks.ToImmutable();
        (Zonelists, FreeLists) = (zonelists.ToImmutable(), free.ToImmutable());
    }

    public ImmutableArray<DumpLine> Zones { get; }

    public ImmutableArray<DumpLine> Pagesets { get; }

    public ImmutableArray<DumpedPagesetList> PagesetLists { get; }

    public ImmutableArray<string> Zonelists { get; }

    public ImmutableArray<DumpedList> FreeLists { get; }

    /// <summary>Number of the migratetype of the pageblock that begins with a frame, and 8 more when compaction skips
    /// it.</summary>
    public ImmutableDictionary<long, int> PageblockTypes { get; }

    public static AllocatorDump? Read(CaptureFolder folder, string file) =>
        folder.TryRead(file, out var text) ? new(text) : null;

    private static ImmutableArray<long> Frames(ImmutableArray<string> words) => [.. words.Select(frame =>
        long.Parse(frame, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];

    private static bool TryZone(string node, string kind, out ZoneId zone)
    {
        zone = default;
        if (!int.TryParse(node, CultureInfo.InvariantCulture, out var number)) return false;
        if (!Enum.TryParse<ZoneKind>(kind, out var known) || char.IsAsciiDigit(kind[0])) return false;
        zone = new(new(number), known);
        return true;
    }
}
