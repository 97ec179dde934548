using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

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
            && TryFrame(Words[at], out var frame)
            ? frame
            : null;
    }

    /// <summary>Reads hexadecimal digits of a frame within the 52 address bits that x86-64 has at most.</summary>
    public static bool TryFrame(string digits, out long frame) =>
        long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out frame)
        && frame is >= 0 and < 1L << 40;
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
    private const string FrameDigits = "a frame in hexadecimal digits";

    private AllocatorDump(string file, string text)
    {
        var problems = new List<Problem>();
        var number = 0;
        var zones = ImmutableArray.CreateBuilder<DumpLine>();
        var pagesets = ImmutableArray.CreateBuilder<DumpLine>();
        var zonelists = ImmutableArray.CreateBuilder<string>();
        var free = ImmutableArray.CreateBuilder<DumpedList>();
        var listed = ImmutableArray.CreateBuilder<DumpedPagesetList>();
        var pageblocks = ImmutableDictionary.CreateBuilder<long, int>();
        foreach (var line in text.Split('\n'))
        {
            number++;
            ImmutableArray<string> words = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            if (words is ["pageblocks", var start, ":", var digits])
            {
                var first = Frame(start);
                for (var i = 0; i < digits.Length; i++)
                    pageblocks[first + ((long)i << Order.Pageblock)] = char.IsAsciiHexDigit(digits[i])
                        ? Convert.ToInt32(digits[i].ToString(), 16)
                        : -1;
            }

            if (words is ["zonelist", ..]) zonelists.Add(line.TrimEnd());
            if (words.Length < 3 || !ZoneId.TryParse(words[1], words[2], out var zone)) continue;
            if (words[0] == "zone") zones.Add(new(zone, words[3..]));
            if (words[0] == "pcpinfo") pagesets.Add(new(zone, words[3..]));
            if (words is ["free", _, _, var order, var type, _, ":", .. var frames])
            {
                if (!int.TryParse(order, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                    || size > Order.MaxValue)
                {
                    Refuse(order, "an order from 0 to 10");
                    continue;
                }

                free.Add(new(zone, size, type, [.. frames.Select(Frame)]));
            }

            if (words is ["pcp", _, _, var cpu, var index, ":", .. var held]
                && int.TryParse(cpu, NumberStyles.None, CultureInfo.InvariantCulture, out var holder))
            {
                listed.Add(new(zone, holder, index, [.. held.Select(Frame)]));
            }
        }

        if (problems.Count > 0) throw new InputException(problems);

        (Zones, Pagesets) = (zones.ToImmutable(), pagesets.ToImmutable());
        PagesetLists = listed.ToImmutable();
        PageblockTypes = pageblocks.ToImmutable();
        (Zonelists, FreeLists) = (zonelists.ToImmutable(), free.ToImmutable());

        long Frame(string word)
        {
            if (DumpLine.TryFrame(word, out var frame)) return frame;
            Refuse(word, FrameDigits);
            return 0;
        }

        void Refuse(string found, string expected) => problems.Add(
            new(new(file, number, 1), ProblemCodes.Dump, $"found '{found}' in the dump; expected {expected}"));
    }

    public ImmutableArray<DumpLine> Zones { get; }

    public ImmutableArray<DumpLine> Pagesets { get; }

    public ImmutableArray<DumpedPagesetList> PagesetLists { get; }

    public ImmutableArray<string> Zonelists { get; }

    public ImmutableArray<DumpedList> FreeLists { get; }

    /// <summary>Number of the migratetype of the pageblock that begins with a frame, and 8 more when compaction skips
    /// it.</summary>
    public ImmutableDictionary<long, int> PageblockTypes { get; }

    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="InputException">Lists or pageblocks hold what is no frame or order.</exception>
    public static AllocatorDump? Read(CaptureFolder folder, string file) =>
        folder.TryRead(file, out var text) ? new(Path.Combine(folder.Path, file), text) : null;
}
