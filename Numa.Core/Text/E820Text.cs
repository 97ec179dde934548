using Numa.Core.Boot;
using Numa.Core.Firmware;

namespace Numa.Core.Text;

/// <summary>Single lines about the memory map, as the kernel prints them.</summary>
/// <remarks>Source: <c>e820__print_table</c> and <c>__e820__range_update</c>, Linux arch/x86/kernel/e820.c.</remarks>
public static class E820Text
{
    private const string Source = "BIOS-e820: ";

    /// <summary>Reads <c>[mem 0x0000000000100000-0x000000007fffffff] usable</c>, with or without what a log puts
    /// before it.</summary>
    /// <param name="problem">What is wrong with the line; empty when nothing is.</param>
    public static bool TryParse(string text, out E820Entry entry, out string problem)
    {
        var line = KernelLogLine.From(1, text.Trim());
        if (line.Text.StartsWith("[mem ", StringComparison.Ordinal)) line = line with { Text = Source + line.Text };
        var (facts, log) = (new DmesgFacts(), new DmesgProblems(""));
        var isRead = E820Lines.Read(line, facts, log) && facts.FirmwareMap.Count == 1;
        entry = isRead ? facts.FirmwareMap[0] : default;
        if (!log.All.IsEmpty) problem = log.All[0].Message;
        else if (!isRead) problem = $"'{text}' is no line such as [mem 0x0000000000100000-0x000000007fffffff] usable";
        else problem = "";
        return isRead;
    }

    /// <summary>The map as it was given: a line above it, then its entries.</summary>
    public static IEnumerable<string> Given(FirmwareMemory memory, string speaker)
    {
        yield return speaker + (memory.IsUserMap ? "user-defined" : "BIOS-provided") + " physical RAM map:";
        foreach (var entry in memory.Given.Entries) yield return (memory.IsUserMap ? "user: " : Source) + entry;
    }

    /// <summary>An edit of the map: RAM became another type, or went.</summary>
    public static string Edit(E820Entry edit)
    {
        var range = $"[mem 0x{edit.Start:x8}-0x{edit.End - 1:x8}] usable";
        return edit.Type == E820Type.None
            ? $"e820: remove {range}"
            : $"e820: update {range} ==> {E820Words.WordFor(edit.Type)}";
    }
}
