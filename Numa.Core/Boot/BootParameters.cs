using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Hotplug;
using Numa.Core.Kernels;

namespace Numa.Core.Boot;

/// <summary>The kernel parameters that shape memory.</summary>
/// <remarks>Source: Linux Documentation/admin-guide/kernel-parameters.txt.</remarks>
public static class BootParameters
{
    /// <summary>With five levels the vmalloc area has 12800 TiB, and a page table spans 256 TiB.</summary>
    private const int VmallocTablesOfFiveLevels = 50;

    /// <summary>Value of the last <c>name=value</c> on a command line; empty when it stands without value.</summary>
    /// <returns>Null when the parameter is absent.</returns>
    public static string? Find(string commandLine, string name)
    {
        string? found = null;
        foreach (var word in commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == name) found = "";
            else if (word.StartsWith(name + "=", StringComparison.Ordinal)) found = word[(name.Length + 1)..];
        }

        return found;
    }

    /// <summary>Settings that a command line makes: zonelist order and transparent huge pages.</summary>
    public static MemorySettings Apply(string commandLine, MemorySettings settings)
    {
        if (Find(commandLine, "numa_zonelist_order") is { Length: > 0 } order)
            settings = settings with { ZonelistOrder = order };
        return Find(commandLine, "transparent_hugepage") switch
        {
            "always" => settings with { HugePages = HugePageMode.Always },
            "madvise" => settings with { HugePages = HugePageMode.Madvise },
            "never" => settings with { HugePages = HugePageMode.Never },
            _ => settings,
        };
    }

    /// <summary>The kernel shuffles its free lists: their order is nobody's to predict.</summary>
    internal static bool Shuffles(string commandLine) =>
        Find(commandLine, "page_alloc.shuffle") is { } value
        && (value.Length == 0 || value[0] is '1' or 'y' or 'Y' or 't' or 'T' || value is "on" or "ON" or "On");

    /// <summary>Pages for the page tables of the vmalloc area: one more where its start is random and so shares its
    /// first and its last page table with other areas.</summary>
    /// <remarks>Source: <c>preallocate_vmalloc_pages</c>, Linux arch/x86/mm/init_64.c.</remarks>
    internal static int PagesTakenBeforeReport(MachineDescription machine)
    {
        var pages = machine.Release.PagesTakenBeforeReport;
        if (pages > 0 && machine.HasFiveLevels) pages = VmallocTablesOfFiveLevels;
        return pages > 0 && Find(machine.CommandLine, "nokaslr") is null ? pages + 1 : pages;
    }

    /// <summary>How zones are chosen for memory that goes online.</summary>
    public static OnlinePolicy OnlinePolicy(string commandLine)
    {
        const string module = "memory_hotplug.";
        var prefersMovable = Find(commandLine, "movable_node") is not null;
        if (Find(commandLine, module + "online_policy") != "auto-movable") return new(prefersMovable);
        var ratio = Find(commandLine, module + "auto_movable_ratio");
        return new(prefersMovable, int.TryParse(ratio, NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? percent : Hotplug.OnlinePolicy.DefaultMovableRatio)
        {
            PerNode = Find(commandLine, module + "auto_movable_numa_aware") is not ("0" or "N" or "n" or "off"),
        };
    }

    /// <summary>Starts of the Movable zones that <c>movable_node</c>, <c>kernelcore=</c> or <c>movablecore=</c> ask
    /// for.
    /// </summary>
    public static ImmutableDictionary<NodeId, PageFrameNumber> MovableStarts(
        MachineDescription machine, ImmutableArray<MemblockRegion> memory, ImmutableArray<NodeMemory> nodes,
        ZoneLimits limits, List<string> notes)
    {
        var commandLine = machine.CommandLine;
        if (Find(commandLine, "movable_node") is not null)
            return MovableZoneStart.OfHotplugMemory(nodes, memory);
        if (Find(commandLine, "kernelcore") == "mirror")
        {
            notes.Add("Which memory is mirrored is not in the log; none is taken to be.");
            return machine.Release.KernelcoreMirror == KernelcoreMirrorRule.MovableFrom4GiB
                ? MovableZoneStart.OfUnmirroredMemory(nodes)
                : ImmutableDictionary<NodeId, PageFrameNumber>.Empty;
        }

        var total = nodes.Sum(node => node.Ranges.Sum(range => range.Pages.Value));
        var kernelcore = Pages(commandLine, "kernelcore", total, notes);
        var movablecore = Pages(commandLine, "movablecore", total, notes);
        return MovableZoneStart.Find(nodes, limits, kernelcore, movablecore);
    }

    /// <summary>The size that <c>kernelcore=</c> or <c>movablecore=</c> asks for.</summary>
    /// <param name="total">All memory, of which it may be a share.</param>
    /// <returns>Null when the parameter is absent, or no size.</returns>
    public static PageCount? MovableSize(string commandLine, string name, PageCount total) =>
        Pages(commandLine, name, total.Value, []);

    private static PageCount? Pages(string commandLine, string name, long total, List<string> notes)
    {
        if (Find(commandLine, name) is not { } text) return null;
        if (text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None,
            CultureInfo.InvariantCulture, out var percent) && percent <= 100)
        {
            // The kernel multiplies first and divides twice by 100 so as not to lose the fraction of a percent.
            return new((long)((Int128)total * 100 * percent / 10000));
        }

        if (TryParseMemory(text, out var bytes)) return new((long)(bytes >> PageFrameNumber.PageShift));
        notes.Add($"{name}={text} is not understood; no Movable zone is made for it.");
        return null;
    }

    /// <summary>Reads a number with the kernel's suffixes K, M, G, T.</summary>
    /// <remarks>Unit: bytes. Source: <c>memparse</c>, Linux lib/cmdline.c.</remarks>
    private static bool TryParseMemory(string text, out ulong bytes)
    {
        bytes = 0;
        if (text.Length == 0) return false;
        var shift = char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        var isHex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (isHex) digits = digits[2..];
        if (!ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var number)) return false;
        if (number > ulong.MaxValue >> 1 >> shift) return false;
        bytes = number << shift;
        return true;
    }
}
