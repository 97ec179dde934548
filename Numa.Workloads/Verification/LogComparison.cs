using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Text;
using Numa.Core.Zonelists;

namespace Numa.Workloads.Verification;

/// <summary>Holds what a kernel logged about its memory while it booted against the boot of Numa.</summary>
internal static partial class LogComparison
{
    private const string File = "dmesg.txt";
    private const int BuildsAtBoot = 1;

    public static void Zonelists(Tally tally, KernelMessages log, CaptureBoot boot)
    {
        var set = boot.ListsOfBoot();
        // Later rebuilds, as after memory came online, are other events than boot.
        // Its total rests on what lay in the DMA zone where descriptors are charged.
        var isGuess = boot.Layout.IsEstimated && boot.Image.Release.ManagedEstimateChargesMemmap;
        foreach (var line in log.StartingWith("Built ").Take(isGuess ? 0 : BuildsAtBoot))
        {
            var ours = ZonelistText.Built(
                boot.Image.Release, set.Order, boot.Image.Nodes.Length, boot.Layout.EstimatedTotal);
            tally.Same($"{File} Built", line, ours,
                () => "present pages less what describes them, before anything is released");
        }

        foreach (var line in log.StartingWith("Fallback order for Node ").DistinctBy(line => line.Split(':')[0]))
        {
            var node = int.Parse(Digits().Match(line).Value, CultureInfo.InvariantCulture);
            var lists = set.Nodes.FirstOrDefault(lists => lists.Node.Value == node);
            tally.Same($"{File} Fallback order {node}", line,
                lists is null ? "no such node" : ZonelistText.FallbackOrder(lists).TrimEnd(),
                () => "least of (distance + 1 if its number is lower + 1 if it has CPUs) x scale + load; "
                    + $"see 'numa explain zonelist --node {node}'");
        }

        foreach (var line in log.StartingWith("mminit::zonelist ").Distinct())
        {
            if (Walk().Match(line) is not { Success: true } walk) continue;
            tally.Same($"{File} {line.Split('=')[0].TrimEnd()}", walk.Groups["zones"].Value.Trim(), Zones(set, walk),
                () => $"zones of the list up to {walk.Groups["kind"].Value}, {set.Order} order");
        }
    }

    public static void EarlyMemory(Tally tally, KernelMessages log, CaptureBoot boot)
    {
        var placements = boot.Layout.Early.Placements;
        for (var i = 0; i < Math.Min(placements.Length, boot.Observed.Length); i++)
        {
            if (boot.Observed[i] is not { } observed) continue;
            var request = placements[i].Request;
            tally.Same($"{File} request {i + 1} of {request.Size} bytes", $"0x{observed:x}",
                placements[i].Start is { } start ? $"0x{start:x}" : "no memory",
                () => $"the highest free place aligned to 0x{request.Alignment:x} from 0x{request.Minimum:x} to "
                    + $"0x{request.Maximum:x} on node {request.Node?.ToString() ?? "any"}");
        }

        if (boot.Layout.Early.WithNodes is not { } table) return;
        var lines = log.Under("MEMBLOCK configuration:", 2).Select(line => Region().Match(line))
            .Where(line => line.Success).ToList();
        Regions(tally, "memory", [.. lines.Where(line => line.Groups["list"].Value == "memory").Select(Read)],
            table.Memory);
        // From 5.10 on reserved regions have nodes too, and fall apart by them; what is reserved stays the same.
        Regions(tally, "reserved", Joined(lines.Where(line => line.Groups["list"].Value == "reserved").Select(Read)),
            Joined(table.Reserved));
    }

    public static void ZoneRanges(Tally tally, KernelMessages log, MemoryLayout layout)
    {
        foreach (var line in log.Under("Zone ranges:"))
        {
            if (ZoneRange().Match(line) is not { Success: true } range) continue;
            var name = range.Groups["kind"].Value;
            tally.Same($"{File} zone range {name}", Text(range), Ours(layout, name),
                () => "DMA ends at 16 MiB, DMA32 at 4 GiB, Normal at the last page of memory");
        }

        var logged = log.Under("Movable zone start for each node").Select(line => MovableStart().Match(line))
            .Where(line => line.Success)
            .Select(line => $"{line.Groups["node"].Value}:0x{Hex(line.Groups["start"]):x}");
        if (log.Lines.Contains("Movable zone start for each node"))
        {
            tally.Same($"{File} Movable zone start", string.Join(' ', logged),
                string.Join(' ', layout.MovableStarts.OrderBy(start => start.Key)
                    .Select(start => $"{start.Key}:0x{start.Value.Address:x}")),
                () => "the kernel's part spread evenly over the nodes, each start rounded up to 4 MiB");
        }

        if (layout.IsMapOfNodeRanges) return;
        var ranges = log.Under("Early memory node ranges").Select(line => NodeRange().Match(line))
            .Where(line => line.Success)
            .Select(line => $"{line.Groups["node"].Value}:{Text(line)}").ToList();
        if (ranges.Count == 0) return;
        var ours = layout.Memory
            .Select(region => (region.HomeNode, Pages: region.WholePages))
            .Where(range => range.Pages.Start < range.Pages.End)
            .Select(range => $"{range.HomeNode}:{Text(range.Pages)}")
            .ToList();
        Each(tally, $"{File} Early memory node range", ranges, ours,
            "RAM of the memory map in whole pages, cut where the firmware's nodes change");
    }

    private static string Zones(ZonelistSet set, Match walk)
    {
        if (!ZoneId.TryParse(walk.Groups["node"].Value, walk.Groups["kind"].Value, out var zone)
            || set.Nodes.FirstOrDefault(lists => lists.Node == zone.Node) is not { } lists)
        {
            return "no such node or zone";
        }

        var list = walk.Groups["list"].Value == "general" ? lists.Fallback : lists.ThisNode;
        return string.Join(' ', list.Permitted(zone.Kind));
    }

    private static string Ours(MemoryLayout layout, string name)
    {
        if (!Enum.TryParse<ZoneKind>(name, out var kind) || kind > ZoneKind.Normal || layout.Limits is null)
            return "empty";
        var range = layout.Limits[kind];
        return range.Start < range.End ? Text(range) : "empty";
    }

    private static void Regions(
        Tally tally, string list, IReadOnlyCollection<MemblockRegion> kernel, IEnumerable<MemblockRegion> ours)
    {
        if (kernel.Count == 0) return;
        Each(tally, $"{File} {list} region with nodes", [.. kernel.Select(Text)], [.. ours.Select(Text)],
            "what the memory map adds and the log's requests, reservations and frees leave");
    }

    private static void Each(Tally tally, string where, List<string> kernel, List<string> ours, string rule)
    {
        for (var i = 0; i < Math.Max(kernel.Count, ours.Count); i++)
        {
            tally.Same($"{where} {i + 1}", kernel.ElementAtOrDefault(i) ?? "none", ours.ElementAtOrDefault(i) ?? "none",
                () => rule);
        }
    }

    private static List<MemblockRegion> Joined(IEnumerable<MemblockRegion> regions)
    {
        var joined = new MemblockRegions();
        foreach (var region in regions) joined.Add(region.Start, region.End);
        return [.. joined];
    }

    private static MemblockRegion Read(Match line) => new(
        Hex(line.Groups["first"]), Hex(line.Groups["last"]) + 1,
        line.Groups["node"] is { Success: true } node
            ? new NodeId(int.Parse(node.Value, CultureInfo.InvariantCulture)) : null,
        MemblockFlags.None);

    private static string Text(MemblockRegion region) =>
        $"0x{region.Start:x}-0x{region.End - 1:x}" + (region.Node is { } node ? $" on node {node}" : "");

    private static string Text(PageRange range) => $"0x{range.Start.Address:x}-0x{range.End.Address - 1:x}";

    private static string Text(Match range) => range.Groups["first"].Success
        ? $"0x{Hex(range.Groups["first"]):x}-0x{Hex(range.Groups["last"]):x}"
        : "empty";

    private static ulong Hex(Group digits) =>
        ulong.Parse(digits.Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"^mminit::zonelist (?<list>general|thisnode) (?<node>\d+):(?<kind>[A-Z]\w+) = (?<zones>.*)$")]
    private static partial Regex Walk();

    [GeneratedRegex(@"^ (?<list>memory|reserved)\[0x[0-9a-f]+\]\s+"
        + @"\[0x(?<first>[0-9a-f]{1,16})-0x(?<last>[0-9a-f]{1,16})\], 0x[0-9a-f]+ bytes(?: on node (?<node>\d{1,4}))?")]
    private static partial Regex Region();

    [GeneratedRegex(@"^  (?<kind>\w+)\s+(?:empty|\[mem 0x(?<first>[0-9a-f]{1,16})-0x(?<last>[0-9a-f]{1,16})\])$")]
    private static partial Regex ZoneRange();

    [GeneratedRegex(@"^  Node (?<node>\d+): 0x(?<start>[0-9a-f]{1,16})$")]
    private static partial Regex MovableStart();

    [GeneratedRegex(@"^  node +(?<node>\d+): \[mem 0x(?<first>[0-9a-f]{1,16})-0x(?<last>[0-9a-f]{1,16})\]$")]
    private static partial Regex NodeRange();
}
