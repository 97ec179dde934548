using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;

namespace Numa.Core.Text.Reports;

/// <summary>The lines of a report from <c>Mem-Info:</c> on.</summary>
/// <param name="problems">Gets what is wrong with them.</param>
internal sealed partial class MemInfoLines(string file, List<KernelLogLine> lines, List<Problem> problems)
{
    private const long KbOfPage = 4;

    private readonly Dictionary<string, long> _totals = [];
    private readonly List<NodeMemInfo> _nodes = [];
    private readonly List<(ZoneMemInfo Zone, KernelLogLine Line)> _zones = [];
    private readonly List<HugeMemInfo> _huge = [];

    public MemInfo Read()
    {
        foreach (var line in lines)
        {
            if (line.Text.StartsWith("Node ", StringComparison.Ordinal)) ReadNode(line);
            else if (line.Text.StartsWith("lowmem_reserve[]:", StringComparison.Ordinal)) ReadReserve(line);
            else if (_zones.Count + _nodes.Count == 0) ReadTotals(line);
        }

        if (_zones.Count == 0) Refuse(lines[0], "found no line of a zone ('Node 0 Normal free:...') under it");
        foreach (var (zone, line) in _zones)
        {
            if (zone.LowmemReserve.IsEmpty) Refuse(line, $"found no lowmem_reserve[] behind the line of {zone.Zone}");
            if (zone.Orders.IsEmpty) Refuse(line, $"found no line of the free blocks of {zone.Zone}");
        }

        return Summary(new(_totals.ToImmutableDictionary(), [.. _nodes], [.. _zones.Select(read => read.Zone)])
        {
            HugePages = [.. _huge],
        });
    }

    private void ReadTotals(KernelLogLine line)
    {
        foreach (Match field in Field().Matches(line.Text))
            _totals[field.Groups["name"].Value] = MemoryReportReader.Long(field.Groups["value"].Value);
    }

    private void ReadNode(KernelLogLine line)
    {
        if (HugeLine().Match(line.Text) is { Success: true } huge)
        {
            _huge.Add(new(NodeOf(huge), Value(huge, "total"), Value(huge, "free"), Value(huge, "surplus"),
                Value(huge, "size")));
        }
        else if (ZoneLine().Match(line.Text) is { Success: true } zone)
        {
            if (!ZoneId.TryParse(zone.Groups["node"].Value, zone.Groups["zone"].Value, out var id))
            {
                Refuse(line, $"found zone '{zone.Groups["zone"].Value}'; expected DMA, DMA32, Normal or Movable");
                return;
            }

            var rest = zone.Groups["rest"].Value;
            if (rest.StartsWith(':')) ReadBlocks(line, id, rest);
            else _zones.Add((new(id, Fields(rest), [], []) { IsGivenUp = IsGivenUp(rest) }, line));
        }
        else if (NodeLine().Match(line.Text) is { Success: true } node)
        {
            var rest = node.Groups["rest"].Value;
            _nodes.Add(new(NodeOf(node), Fields(rest), IsGivenUp(rest)));
        }
    }

    private void ReadReserve(KernelLogLine line)
    {
        if (_zones.Count == 0 || !_zones[^1].Zone.LowmemReserve.IsEmpty) return;
        var numbers = line.Text[(line.Text.IndexOf(':') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (Array.Exists(numbers, word => !Digits.TryDecimal(word, out _)))
            Refuse(line, "found a lowmem_reserve[] with what is no number; expected pages");
        var zone = _zones[^1];
        _zones[^1] = (zone.Zone with { LowmemReserve = [.. numbers.Select(MemoryReportReader.Long)] }, zone.Line);
    }

    private void ReadBlocks(KernelLogLine line, ZoneId id, string rest)
    {
        var at = _zones.FindIndex(read => read.Zone.Zone == id);
        if (at < 0)
        {
            Refuse(line, $"found the free blocks of {id}, of which no line tells the marks");
            return;
        }

        var orders = new List<OrderMemInfo>();
        var sum = 0L;
        foreach (Match block in Blocks().Matches(rest))
        {
            var blocks = MemoryReportReader.Long(block.Groups["count"].Value);
            sum += Math.Min(blocks, int.MaxValue) * MemoryReportReader.Long(block.Groups["size"].Value);
            orders.Add(new(blocks, block.Groups["types"].Value));
        }

        var total = Sum().Match(rest);
        if (!total.Success || Value(total, "sum") != sum || orders.Count > Order.Count)
            Refuse(line, $"found free blocks that come to {sum} kB, and another sum behind them");
        _zones[at] = (_zones[at].Zone with { Orders = [.. orders] }, _zones[at].Line);
    }

    private MemInfo Summary(MemInfo memory)
    {
        foreach (var line in lines)
        {
            if (SummaryLine().Match(line.Text) is { Success: true } summary)
            {
                var value = Value(summary, "value");
                memory = summary.Groups["what"].Value switch
                {
                    "total pagecache pages" => memory with { PageCache = value },
                    "pages in swap cache" => memory with { SwapCache = value },
                    "pages RAM" => memory with { Ram = value },
                    "pages HighMem/MovableOnly" => memory with { HighMem = value },
                    "pages reserved" => memory with { Reserved = value },
                    "pages cma reserved" => memory with { CmaReserved = value },
                    _ => memory with { HwPoisoned = value },
                };
            }
            else if (Swap().Match(line.Text) is { Success: true } swap)
            {
                memory = swap.Groups["what"].Value == "Free" ? memory with { FreeSwapKb = Value(swap, "kb") }
                    : memory with { TotalSwapKb = Value(swap, "kb") };
            }
            else if (SwapStats().Match(line.Text) is { Success: true } stats)
            {
                memory = memory with
                {
                    SwapCacheStats = (Value(stats, "add"), Value(stats, "delete"), Value(stats, "found"),
                        Value(stats, "looked")),
                };
            }
        }

        return memory;
    }

    private static ImmutableDictionary<string, long> Fields(string text)
    {
        var pages = ImmutableDictionary.CreateBuilder<string, long>();
        foreach (Match field in Field().Matches(text))
        {
            var value = MemoryReportReader.Long(field.Groups["value"].Value);
            pages[field.Groups["name"].Value] = field.Groups["unit"].Success ? value / KbOfPage : value;
        }

        return pages.ToImmutable();
    }

    private static bool IsGivenUp(string text) => text.EndsWith("all_unreclaimable? yes", StringComparison.Ordinal);

    private static NodeId NodeOf(Match match) => new((int)Math.Min(Value(match, "node"), NodeId.MaxCount - 1));

    private static long Value(Match match, string group) => MemoryReportReader.Long(match.Groups[group].Value);

    private void Refuse(KernelLogLine line, string what) =>
        problems.Add(new(new(file, line.Number, line.Column), MemoryReportReader.Code, what));

    [GeneratedRegex(@"(?<name>[a-z_]+(\([a-z]+\))?): ?(?<value>\d{1,18})(?<unit>[kK]B)?",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Field();

    [GeneratedRegex(@"^Node (?<node>\d{1,4}) (?<zone>[A-Z][A-Za-z0-9]*)(?<rest>:| free:.*|: .*)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex ZoneLine();

    [GeneratedRegex(@"^Node (?<node>\d{1,4}) (?<rest>[a-z_]+:.*)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex NodeLine();

    [GeneratedRegex(@"^Node (?<node>\d{1,4}) hugepages_total=(?<total>\d+) hugepages_free=(?<free>\d+) "
        + @"hugepages_surp=(?<surplus>\d+) hugepages_size=(?<size>\d+)kB$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex HugeLine();

    [GeneratedRegex(@"(?<count>\d{1,12})\*(?<size>\d{1,8})kB( \((?<types>[A-Z]+)\))?",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"= (?<sum>\d{1,18})kB$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Sum();

    [GeneratedRegex(@"^(?<value>\d+) (?<what>total pagecache pages|pages in swap cache|pages RAM"
        + @"|pages HighMem/MovableOnly|pages reserved|pages cma reserved|pages hwpoisoned)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex SummaryLine();

    [GeneratedRegex(@"^(?<what>Free|Total) swap +=? *(?<kb>\d+)kB$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Swap();

    [GeneratedRegex(@"^Swap cache stats: add (?<add>\d+), delete (?<delete>\d+), find (?<found>\d+)/(?<looked>\d+)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex SwapStats();
}
