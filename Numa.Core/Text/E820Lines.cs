using Numa.Core.Firmware;

namespace Numa.Core.Text;

/// <summary>The memory map in a log: as the firmware gave it, as the user replaced it, and the kernel's
/// edits.</summary>
internal static class E820Lines
{
    private const string ArchitectureEnd = " max_arch_pfn = ";
    private static readonly string[] MapSources = ["BIOS-e820: ", "BIOS-e801: ", "BIOS-88: "];

    public static bool Read(KernelLogLine line, DmesgFacts facts, DmesgProblems log)
    {
        facts.SawMap |= line.Text.EndsWith("BIOS-provided physical RAM map:", StringComparison.Ordinal);
        foreach (var source in MapSources)
        {
            if (line.Text.StartsWith(source, StringComparison.Ordinal))
                return ReadEntry(line, source, facts.FirmwareMap, log);
        }

        if (line.Text.Contains(ArchitectureEnd, StringComparison.Ordinal))
        {
            var scan = new LogScanner(line.Text);
            if (scan.TrySkipPast(ArchitectureEnd) && scan.TryHex(out var frames)) facts.ArchitectureEnd = frames;
            return true;
        }

        if (line.Text.StartsWith("user: ", StringComparison.Ordinal))
        {
            // Edits that were made before are part of the map that the user gets printed.
            if (facts.UserMap.Count == 0) facts.MapEdits.Clear();
            return ReadEntry(line, "user: ", facts.UserMap, log);
        }

        return line.Text.StartsWith("e820: update [mem ", StringComparison.Ordinal)
            || line.Text.StartsWith("e820: remove [mem ", StringComparison.Ordinal)
            ? ReadEdit(line, facts, log)
            : ReadRamDisk(line, facts, log);
    }

    private static bool ReadEntry(KernelLogLine line, string source, List<E820Entry> map, DmesgProblems log)
    {
        var scan = new LogScanner(line.Text);
        scan.TrySkip(source);
        // Up to 3.5 the range is [mem]-less: "BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)", end exclusive.
        var isOld = !scan.TrySkip("[mem ");
        if (!scan.TryHex(out var first) || !scan.TrySkip(isOld ? " - " : "-") || !scan.TryHex(out var last))
        {
            log.Malformed(line, scan.Position, "a range such as [mem 0x0000000000100000-0x000000007fffffff]");
            return true;
        }

        if (isOld && last > 0) last--;
        if (last < first)
        {
            log.Malformed(line, scan.Position, $"an end not before the start 0x{first:x}");
            return true;
        }

        var isSplit = scan.TrySkip(isOld ? " (" : "] ");
        var word = scan.Rest.TrimEnd().ToString();
        if (isOld && word.EndsWith(')')) word = word[..^1];
        if (!isSplit || !E820Words.TryParse(word, out var type))
        {
            log.Malformed(line, scan.Position, "a type such as 'usable' or 'reserved'");
            return true;
        }

        if (last == ulong.MaxValue) last--;
        map.Add(E820Entry.Between(first, last + 1, type));
        return true;
    }

    private static bool ReadEdit(KernelLogLine line, DmesgFacts facts, DmesgProblems log)
    {
        var scan = new LogScanner(line.Text);
        var removes = scan.TrySkip("e820: remove [mem ");
        if (!removes) scan.TrySkip("e820: update [mem ");
        if (!scan.TryRange(out var first, out var last) || last < first || !scan.TrySkip("] "))
        {
            log.Malformed(line, scan.Position, "a range such as [mem 0x00000000-0x00000fff]");
            return true;
        }

        if (!scan.TrySkip("usable")) return true;
        var type = E820Type.None;
        if (!removes && (!scan.TrySkip(" ==> ") || !E820Words.TryParse(scan.Rest.TrimEnd().ToString(), out type)))
        {
            log.Malformed(line, scan.Position, "' ==> ' and a type such as 'reserved'");
            return true;
        }

        if (last == ulong.MaxValue) last--;
        if (type != E820Type.Usable) facts.MapEdits.Add(E820Entry.Between(first, last + 1, type));
        return true;
    }

    private static bool ReadRamDisk(KernelLogLine line, DmesgFacts facts, DmesgProblems log)
    {
        var scan = new LogScanner(line.Text);
        if (!scan.TrySkip("RAMDISK: [mem ") && !scan.TrySkip("Allocated new RAMDISK: [mem ")) return false;
        if (scan.TryRange(out var first, out var last) && first <= last && last != ulong.MaxValue)
            facts.RamDisk = (first, last + 1);
        else
            log.Malformed(line, scan.Position, "a range such as [mem 0x7ff84000-0x7ffdffff]");
        return true;
    }
}
