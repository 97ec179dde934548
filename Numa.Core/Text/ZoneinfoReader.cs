using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Zones;

namespace Numa.Core.Text;

/// <summary>Reads /proc/zoneinfo of any release.</summary>
/// <remarks>Reading and printing again gives the same text. Lines it cannot place become problems.</remarks>
public sealed class ZoneinfoReader
{
    private const string Code = "NUMA160";

    /// <summary>Pages of the 52 address bits that x86-64 has at most.</summary>
    private const long MostPages = 1L << 40;

    private readonly List<ZoneinfoZone> _zones = [];
    private readonly List<ZoneCounter> _counters = [];
    private readonly List<ZoneCounter> _nodeCounters = [];
    private readonly List<ZoneinfoPageset> _pagesets = [];
    private readonly List<Problem> _problems = [];
    private ZoneinfoZone? _zone;
    private bool _inNodeCounters;
    private bool _hasPromo;

    /// <summary>The zone was refused: its lines are no problems of their own.</summary>
    private bool _isRefused;

    private ZoneinfoReader()
    {
    }

    /// <param name="file">Name of the text, for problems.</param>
    public static (ImmutableArray<ZoneinfoZone> Zones, ImmutableArray<Problem> Problems) Read(string file, string text)
    {
        var reader = new ZoneinfoReader();
        var number = 0;
        foreach (var ended in text.Split('\n'))
        {
            number++;
            var line = ended.TrimEnd('\r');
            if (line.Trim().Length == 0 || reader.TryTake(line)) continue;
            reader._problems.Add(new(new(file, number, 1), Code, $"'{line.Trim()}' is no line of /proc/zoneinfo"));
        }

        reader.FinishZone();
        if (reader._zones.Count == 0)
            reader._problems.Add(new(new(file, 0, 0), Code, "no zone found: expected 'Node 0, zone ...'"));
        return ([.. reader._zones], [.. reader._problems]);
    }

    private bool TryTake(string line)
    {
        if (line.StartsWith("Node ", StringComparison.Ordinal)) return TryStartZone(line);
        if (_zone is null) return _isRefused;
        var words = line.Split((char[])[' ', '(', ')', ','], StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["per-node", "stats"]:
                _inNodeCounters = true;
                return true;
            case ["pagesets"]:
                return true;
            case ["protection:", .. var columns]:
                var pages = columns.Select(column => Pages(column) ?? -1).ToImmutableArray();
                _zone = _zone with { Protection = pages };
                return !pages.Contains(-1);
            case ["pages", "free", var free] when Pages(free) is { } value:
                _inNodeCounters = false;
                _zone = _zone with { Free = value };
                return true;
            case ["vm", "stats", "threshold:", var threshold] when Number(threshold) is { } value:
                return TryPageset(value, (pageset, number) => pageset with { StatThreshold = number });
            case [var name, var text] when Number(text) is { } value:
                return TryField(name, value);
            default:
                return false;
        }
    }

    private bool TryStartZone(string line)
    {
        FinishZone();
        _isRefused = true;
        var words = line.Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["Node", var node, "zone", var name] || !ZoneId.TryParse(node, name, out var id)) return false;
        if (_zones.Any(zone => zone.Id == id)) return false;
        _isRefused = false;
        _zone = new(id);
        return true;
    }

    private bool TryField(string name, long value)
    {
        var zone = _zone!;
        var pages = new PageCount(value);
        if (name == "cpu:") _pagesets.Add(default);
        switch (name)
        {
            case "cpu:": return value == _pagesets.Count - 1;
            case "count:": return TryPageset(value, (pageset, number) => pageset with { Count = number });
            case "high:": return TryPageset(value, (pageset, number) => pageset with { High = number });
            // Bounds of an auto-tuned high mark, which releases after 6.12 print; they follow from the marks.
            case "high_min:" or "high_max:": return _pagesets.Count > 0;
            case "batch:": return TryPageset(value, (pageset, number) => pageset with { Batch = number });
        }

        _hasPromo |= name == "promo";
        _zone = name switch
        {
            "boost" => zone with { Boost = value },
            "min" => zone with { Marks = zone.Marks with { Min = pages } },
            "low" => zone with { Marks = zone.Marks with { Low = pages } },
            "high" => zone with { Marks = zone.Marks with { High = pages } },
            "promo" => zone with { Marks = zone.Marks with { Promo = pages } },
            "scanned" or "node_scanned" => zone with { Scanned = value },
            "spanned" => zone with { Spanned = value },
            "present" => zone with { Present = value },
            "managed" => zone with { Managed = value },
            "cma" => zone with { Cma = value },
            "all_unreclaimable:" or "node_unreclaimable:" => zone with { Unreclaimable = value },
            "start_pfn:" => zone with { Start = new(value) },
            "inactive_ratio:" or "node_inactive_ratio:" => zone with { InactiveRatio = value },
            _ => null,
        };
        if (_zone is not null) return value <= MostPages;
        _zone = zone;
        if (name.EndsWith(':')) return false;
        (_inNodeCounters ? _nodeCounters : _counters).Add(new(name, value));
        return true;
    }

    private bool TryPageset(long value, Func<ZoneinfoPageset, int, ZoneinfoPageset> change)
    {
        if (_pagesets.Count == 0 || value > int.MaxValue) return false;
        _pagesets[^1] = change(_pagesets[^1], (int)value);
        return true;
    }

    private void FinishZone()
    {
        if (_zone is { } zone)
        {
            var marks = _hasPromo ? zone.Marks : zone.Marks with { Promo = zone.Marks.High };
            _zones.Add(zone with
            {
                Marks = marks,
                Counters = [.. _counters],
                NodeCounters = [.. _nodeCounters],
                Pagesets = [.. _pagesets],
            });
        }

        _zone = null;
        _inNodeCounters = _hasPromo = false;
        _counters.Clear();
        _nodeCounters.Clear();
        _pagesets.Clear();
    }

    private static long? Pages(string text) => Number(text) is { } pages and <= MostPages ? pages : null;

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
