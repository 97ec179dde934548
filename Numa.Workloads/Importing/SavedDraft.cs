using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Importing;

/// <summary>Makes a described machine of one that was saved while it ran: a memory map with as many pages in each zone,
/// and the settings that give its marks.</summary>
internal static class SavedDraft
{
    /// <summary>On a PC no memory lies between the BIOS's data and 1 MiB.</summary>
    private static readonly PageFrameNumber FirstMiB = new(0x100);

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
        var movable = saved.Zones.Where(zone => zone.Id.Kind == ZoneKind.Movable).Sum(zone => zone.Present.Value);
        var machine = new SyntheticMachine("", saved.Release, nodes, [], saved.Distances, layout.Settings)
        {
            MemoryMap = [.. saved.Zones.OrderBy(zone => zone.Start.Value).SelectMany(zone => Memory(zone, saved))],
            CommandLine = movable == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
                $"movablecore={new PageCount(movable).Bytes.Bytes >> 10}K"),
            MemoryModel = saved.Release.Architecture.Is64Bit ? MemoryModelKind.Sparse : MemoryModelKind.Discontiguous,
        };
        var draft = kernel.ApplyTo(new(machine));
        draft = draft.With("e820", "The map is made of the zones: where memory is absent within one is not told.");
        draft = draft.With("nodes", "managed: as the running kernel showed it. What was in use then is not kept.");
        draft = layout.Notes.Where(note => !note.StartsWith("Zone ", StringComparison.Ordinal))
            .Aggregate(draft, (now, note) => now.With("nodes", note));
        return DraftCheck.Compare(draft, layout);
    }

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
    private static IEnumerable<E820Entry> Memory(SavedZone zone, SavedMachine saved)
    {
        var end = zone.Start + zone.Spanned;
        var absent = zone.Spanned - zone.Present;
        var isLast = !saved.Zones.Any(other => other.Id.Node == zone.Id.Node && other.Start >= end);
        var last = new PageCount(isLast ? Math.Min(zone.Present.Value, new Order(Order.MaxValue).Pages.Value) : 0);
        var holeEnd = zone.Start + absent <= FirstMiB ? FirstMiB : new PageFrameNumber(end.Value - last.Value);
        var holeStart = new PageFrameNumber(holeEnd.Value - absent.Value);
        if (zone.Start < holeStart) yield return Usable(zone.Start, holeStart);
        if (holeEnd < end) yield return Usable(holeEnd, end);
    }

    private static E820Entry Usable(PageFrameNumber start, PageFrameNumber end) =>
        E820Entry.Between(start.Address, end.Address, E820Type.Usable);
}
