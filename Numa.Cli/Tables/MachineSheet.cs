using System.Globalization;
using System.Text;
using Numa.Cli.Execution;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Tables;

/// <summary>A booted machine in the kernel's own formats.</summary>
internal static class MachineSheet
{
    public static string Of(BootedMachine machine, ShowTopic topic) => topic switch
    {
        ShowTopic.Zoneinfo => Zoneinfo(machine),
        ShowTopic.Buddyinfo => BlockCountText.Buddyinfo(Zones(machine)),
        ShowTopic.Pagetypeinfo => Pagetypeinfo(machine),
        ShowTopic.Zonelists => Zonelists(machine),
        ShowTopic.Boot => BootSheet.Of(machine),
        ShowTopic.Memblock => Memblock(machine.Layout),
        _ => Hardware(machine.Image),
    };

    private static string Zoneinfo(BootedMachine machine)
    {
        var image = machine.Image;
        var populated = image.Zones.Select(zone => ZoneinfoText.Of(image.Release,
            new(zone.Id, zone.Present, zone.Managed), zone.Start, zone.Spanned, zone.Tuning, zone.Freed, 0,
            Enumerable.Repeat((0, new Pageset(image.Release, zone.Tuning.Pageset).High), image.Cpus.CpuCount)));
        return ZoneinfoText.Print(image.Release,
            ZoneinfoText.Listing(image.Release, image.Nodes, [.. populated], machine.Tuning));
    }

    /// <summary>The machine's zones after boot released its memory and before anything was taken.</summary>
    /// <exception cref="InputException">A zone is larger than free lists are kept of.</exception>
    public static IEnumerable<Zone> Zones(BootedMachine machine)
    {
        machine.Image.RequireFreeLists();
        return machine.Image.Zones.Select(zone => new Zone(machine.Image.Release, zone));
    }

    private static string Pagetypeinfo(BootedMachine machine) => BlockCountText.Pagetypeinfo(
        machine.Image.Release, Zones(machine), frame => machine.Layout.Model?.IsValid(frame) ?? false);

    private static string Zonelists(BootedMachine machine)
    {
        var image = machine.Image;
        var text = new StringBuilder();
        foreach (var label in RunHeader.Counterfactuals(machine)) text.AppendLine(label);
        foreach (var lists in image.Zonelists.Nodes) text.AppendLine(ZonelistText.FallbackOrder(lists));
        text.AppendLine(ZonelistText.Built(
            image.Release, image.Zonelists.Order, image.Nodes.Length, machine.Layout.EstimatedTotal));
        foreach (var line in ZonelistText.Lists(image.Zonelists, image.Release.Architecture)) text.AppendLine(line);
        return text.ToString();
    }

    private static string Memblock(MemoryLayout layout)
    {
        var text = new StringBuilder();
        text.AppendLine("MEMBLOCK configuration:");
        text.AppendLine(CultureInfo.InvariantCulture,
            $" memory size = 0x{Size(layout.Memory):x16} reserved size = 0x{Size(layout.Reserved):x16}");
        Regions(text, "memory", layout.Memory);
        Regions(text, "reserved", layout.Reserved);
        return text.ToString();
    }

    private static ulong Size(IEnumerable<MemblockRegion> regions) =>
        regions.Aggregate(0ul, (sum, region) => sum + region.Size);

    private static void Regions(StringBuilder text, string name, IReadOnlyList<MemblockRegion> regions)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $" {name}.cnt  = 0x{regions.Count:x}");
        for (var i = 0; i < regions.Count; i++)
        {
            var region = regions[i];
            var node = region.Node is { } known ? $" on node {known}" : "";
            text.AppendLine(CultureInfo.InvariantCulture,
                $" {name}[0x{i:x}]\t[0x{region.Start:x16}-0x{region.End - 1:x16}],"
                + $" 0x{region.Size:x16} bytes{node} flags: 0x{(int)region.Flags:x}");
        }
    }

    /// <summary>As <c>numactl --hardware</c> prints it, but for blanks at the ends of lines.</summary>
    private static string Hardware(MachineImage image)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"available: {image.Nodes.Length} nodes ({NodeRanges(image)})");
        foreach (var node in image.Nodes)
        {
            var zones = image.Zones.Where(zone => zone.Id.Node == node).ToList();
            text.AppendLine($"node {node} cpus: {string.Join(" ", image.Cpus.CpusOf(node))}".TrimEnd());
            text.AppendLine(CultureInfo.InvariantCulture,
                $"node {node} size: {zones.Sum(zone => zone.Managed.Value) >> 8} MB");
            text.AppendLine(CultureInfo.InvariantCulture,
                $"node {node} free: {zones.Sum(zone => zone.Freed.Value) >> 8} MB");
        }

        text.AppendLine("node distances:");
        text.AppendLine("node " + string.Join(' ', image.Nodes.Select(node => $"{node,3}")));
        foreach (var from in image.Nodes)
        {
            text.AppendLine(
                $"{from,3}: " + string.Join(' ', image.Nodes.Select(to => $"{image.Distances[from, to],3}")));
        }

        return text.ToString();
    }

    /// <summary>Numbers of the nodes as Linux lists CPUs: <c>0-3,8</c>.</summary>
    private static string NodeRanges(MachineImage image) =>
        CpuListText.Format([.. image.Nodes.Select(node => new CpuId(node.Value))]);
}
