using System.Globalization;
using Numa.Core.Addressing;

namespace Numa.Workloads.Verification;

/// <summary>How many pages a running kernel has handed out since it booted, by kind of zone.</summary>
/// <remarks>Unit: pages. Source: <c>pgalloc_*</c> of /proc/vmstat, and the pages that wait in pagesets.</remarks>
internal sealed class HandedOut
{
    private readonly Dictionary<string, long> _counters = [];
    private readonly AllocatorDump _dump;

    private HandedOut(string vmstat, AllocatorDump dump)
    {
        _dump = dump;
        foreach (var line in vmstat.Split('\n'))
        {
            if (line.Split(' ') is [var name, var count]
                && long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var pages))
            {
                _counters[name] = pages;
            }
        }
    }

    /// <returns>Null when the capture holds no counters.</returns>
    public static HandedOut? Read(CaptureFolder folder, string file, AllocatorDump dump) =>
        folder.TryRead(file, out var text) && text.Contains("pgalloc_", StringComparison.Ordinal)
            ? new(text, dump)
            : null;

    /// <summary>Pages that ever left the buddy lists of zones of a kind; null when they are not counted.</summary>
    public long? From(ZoneKind kind)
    {
        if (!_counters.TryGetValue($"pgalloc_{kind.ToString().ToLowerInvariant()}", out var pages)) return null;
        // Where nothing was handed out no pageset was filled: what waits there was freed late.
        return pages == 0
            ? 0
            : pages + _dump.Pagesets.Where(pageset => pageset.Zone.Kind == kind)
                .Sum(pageset => pageset.Number("count") ?? 0);
    }
}
