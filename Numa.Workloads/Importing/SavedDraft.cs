using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Importing;

/// <summary>Makes a described machine of one that was saved while it ran: a memory map with as many pages in each zone,
/// and the settings that give its marks.</summary>
internal static class SavedDraft
{
    /// <summary>On a PC no memory lies between the BIOS's data and 1 MiB.</summary>
    private static readonly PageFrameNumber FirstMiB = new(0x100);

    /// <param name="atBoot">Settings that the command line made.</param>
    /// <param name="sysctls">Text of saved sysctls; null without.</param>
    public static MemorySettings Known(SavedMachine saved, MemorySettings atBoot, string? sysctls) => sysctls is null
        ? atBoot
        : SysctlReader.Read(saved.Release, sysctls, atBoot,
            ZoneReclaimMode.OnAtBoot(saved.Release, saved.Nodes, saved.Distances));

    public static MachineDraft Of(SavedMachine saved, KernelChoice kernel)
    {
        var layout = SavedBoot.Run(saved);
        var nodes = Enumerable.Range(0, saved.Nodes.Max(node => node.Value) + 1).Select(id => new SyntheticNode(
            default, [.. saved.Cpus.CpusOf(new(id))],
            saved.Zones.Where(zone => zone.Id.Node.Value == id)
                .ToImmutableDictionary(zone => zone.Id.Kind, zone => zone.Managed))
        {
            Ranges = Joined(saved.Zones.Where(zone => zone.Id.Node.Value == id)
                .Select(zone => (zone.Start.Address, (zone.Start + zone.Spanned).Address))),
        }).ToImmutableArray();
        // A node alone has all memory without saying so.
        if (nodes.Length == 1) nodes = [nodes[0] with { Ranges = [] }];
        var machine = new SyntheticMachine("", saved.Release, nodes, [], saved.Distances, layout.Settings)
        {
            MemoryMap = [.. Joined(saved.Zones.SelectMany(zone => Memory(zone, saved)))
                .Select(range => E820Entry.Between(range.Start, range.End, E820Type.Usable))],
            MemoryModel = saved.Release.Architecture.Is64Bit ? MemoryModelKind.Sparse : MemoryModelKind.Discontiguous,
        };
        machine = CommandLines(saved).Select(line => machine with { CommandLine = line })
            .FirstOrDefault(tried => DraftCheck.Same(tried, layout)) ?? machine;
        var draft = DraftDistances.Apart(kernel.ApplyTo(new(machine)));
        draft = draft.With("e820", "The map is made of the zones: where memory is absent within one is not told.");
        draft = draft.With("nodes", "managed: as the running kernel showed it. What was in use then is not kept.");
        draft = layout.Notes.Where(note => !note.StartsWith("Zone ", StringComparison.Ordinal))
            .Aggregate(draft, (now, note) => now.With("nodes", note));
        return DraftCheck.Compare(draft, layout);
    }

    /// <summary>What may have made the Movable zones.</summary>
    /// <remarks>The kernel shares a size out to nodes and rounds it to its largest blocks, so that the sum of the zones
    /// may be a few of them off.</remarks>
    private static IEnumerable<string> CommandLines(SavedMachine saved)
    {
        var movable = saved.Zones.Where(zone => zone.Id.Kind == ZoneKind.Movable).Sum(zone => zone.Present.Value);
        var rest = saved.Zones.Sum(zone => zone.Present.Value) - movable;
        yield return "";
        if (movable == 0) yield break;
        var block = new Order(Order.MaxValue).Pages.Value;
        for (var off = 0L; off <= saved.Nodes.Length + 1; off++)
        {
            foreach (var pages in (long[])[movable + (off * block), movable - (off * block)])
                yield return Parameter("movablecore", pages);
            foreach (var pages in (long[])[rest + (off * block), rest - (off * block)])
                yield return Parameter("kernelcore", pages);
        }
    }

    private static string Parameter(string name, long pages) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}={new PageCount(Math.Max(0, pages)).Bytes.Bytes >> 10}K");

    private static ImmutableArray<(ulong Start, ulong End)> Joined(IEnumerable<(ulong Start, ulong End)> spans)
    {
        var joined = new List<(ulong Start, ulong End)>();
        foreach (var span in spans.OrderBy(span => span.Start))
        {
            if (joined.Count > 0 && joined[^1].End >= span.Start)
                joined[^1] = (joined[^1].Start, Math.Max(joined[^1].End, span.End));
            else joined.Add(span);
        }

        return [.. joined];
    }

    /// <summary>A zone's memory in one or two ranges: its span, but for one hole as large as what is absent.</summary>
    /// <remarks>A zone spans to the end of its node's memory at least, so its last page must be there, unless a higher
    /// zone of the node follows.</remarks>
    private static IEnumerable<(ulong Start, ulong End)> Memory(SavedZone zone, SavedMachine saved)
    {
        var end = zone.Start + zone.Spanned;
        var absent = zone.Spanned - zone.Present;
        var isLast = !saved.Zones.Any(other => other.Id.Node == zone.Id.Node && other.Start >= end);
        var last = new PageCount(isLast ? Math.Min(zone.Present.Value, new Order(Order.MaxValue).Pages.Value) : 0);
        var holeEnd = zone.Start + absent <= FirstMiB ? FirstMiB : new PageFrameNumber(end.Value - last.Value);
        var holeStart = new PageFrameNumber(holeEnd.Value - absent.Value);
        if (zone.Start < holeStart) yield return (zone.Start.Address, holeStart.Address);
        if (holeEnd < end) yield return (holeEnd.Address, end.Address);
    }
}
