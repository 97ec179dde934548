using Numa.Core.Text.Topology;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Importing;

/// <summary>What a text is that tells of a machine; the most exact first.</summary>
public enum ImportKind
{
    /// <summary>The log of a kernel's boot.</summary>
    Log,

    /// <summary>A saved /proc/zoneinfo, with what lies beside it.</summary>
    Zoneinfo,

    /// <summary>A copy of /sys/devices/system/node.</summary>
    Sysfs,

    /// <summary>hwloc's XML.</summary>
    Hwloc,

    /// <summary>Output of numactl --hardware.</summary>
    Numactl,
}

/// <summary>Tells by its content what a text is.</summary>
internal static class ImportKinds
{
    /// <summary>Words that only a kernel's log of its boot has, whatever stands before them in a line.</summary>
    private static readonly string[] LogMarks =
        [Banner, "BIOS-e820: ", "Early memory node ranges", "SRAT: Node ", "Command line: "];

    private const string Banner = "Linux version ";

    /// <summary>What would have been known, for people.</summary>
    public const string Expected = "a kernel's log of its boot, a saved /proc/zoneinfo, XML of 'lstopo --of xml', the"
        + " output of 'numactl --hardware', or a folder that holds one of them or a copy of /sys/devices/system/node";

    /// <returns>Null for any other text.</returns>
    public static ImportKind? Of(string text)
    {
        if (SavedFiles.IsZoneinfo(text)) return ImportKind.Zoneinfo;
        if (HwlocReader.Recognises(text)) return ImportKind.Hwloc;
        // A log may hold anything, also what a tool printed.
        if (text.Split('\n').Any(line => LogMarks.Any(mark => IsMarked(line, mark))) && !IsVersion(text))
            return ImportKind.Log;
        return NumactlReader.Recognises(text) ? ImportKind.Numactl : null;
    }

    /// <summary>What the kind is called in a sentence.</summary>
    public static string Name(ImportKind kind) => kind switch
    {
        ImportKind.Log => "the log of a kernel's boot",
        ImportKind.Zoneinfo => "a saved /proc/zoneinfo",
        ImportKind.Sysfs => "a copy of /sys/devices/system/node",
        ImportKind.Hwloc => "XML of hwloc's lstopo",
        _ => "the output of numactl --hardware",
    };

    /// <summary>/proc/version begins as a log does, and tells nothing of a machine.</summary>
    private static bool IsVersion(string text) =>
        text.StartsWith(Banner, StringComparison.Ordinal) && !text.TrimEnd().Contains('\n');

    private static bool IsMarked(string line, string mark) =>
        Core.Text.KernelLogLine.From(1, line).Text.StartsWith(mark, StringComparison.Ordinal);
}
