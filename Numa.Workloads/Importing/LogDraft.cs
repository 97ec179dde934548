using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Importing;

/// <summary>Makes a described machine of a captured one: the firmware's map, the nodes' ranges in it, and the pages
/// that its zones came to manage.</summary>
internal static class LogDraft
{
    /// <param name="measured">Zones as the same machine's /proc/zoneinfo shows them; empty without.</param>
    /// <param name="sysctls">Text of the same machine's sysctls; null without.</param>
    public static MachineDraft Of(
        MachineDescription machine, KernelChoice kernel, ImmutableArray<ZoneinfoZone> measured, string? sysctls)
    {
        machine = machine with { Release = kernel.Release with { Architecture = machine.Release.Architecture } };
        var layout = EarlyBoot.Run(machine);
        var isMeasured = Agree(measured, layout);
        var managed = layout.Zones.ToDictionary(zone => zone.Id, zone => isMeasured
            ? new PageCount(measured.First(one => one.Id == zone.Id).Managed)
            : zone.ManagedAtEnd);
        // Every node that the firmware names has its CPUs in the file, whether or not this release brings it online.
        var placed = EarlyBoot.Run(machine with
        {
            Release = KernelRelease.Known[^1] with { Architecture = machine.Release.Architecture },
        });
        var (settings, notes) = Settings(machine, layout, isMeasured ? measured : [], sysctls);
        var ranges = Ranges(machine, layout);
        var nodes = Enumerable.Range(0, placed.PossibleNodes.Max(node => node.Value) + 1)
            .Select(id => new SyntheticNode(
                default, [.. placed.Cpus.CpusOf(new(id))],
                managed.Where(zone => zone.Key.Node.Value == id)
                    .ToImmutableDictionary(zone => zone.Key.Kind, zone => zone.Value))
            {
                Ranges = ranges.GetValueOrDefault(id, []),
            })
            .ToImmutableArray();
        var described = new SyntheticMachine(
            "", machine.Release, nodes, [], placed.Distances, settings)
        {
            MemoryMap = Map(machine, layout),
            CommandLine = MovableSizes(machine, layout),
            MemoryModel = machine.MemoryModel,
        };
        var draft = DraftDistances.Apart(kernel.ApplyTo(new(described)));
        draft = draft.With("nodes", isMeasured
            ? "managed: as the /proc/zoneinfo beside the log shows it."
            : layout.IsEstimated
                ? "managed: estimated from what the log tells of early memory in passing; with memblock=debug it would"
                    + " be exact."
                : "managed: what every step of early memory in the log leaves, to the page.");
        if (!isMeasured && !measured.IsEmpty)
        {
            draft = draft.With("nodes", "The /proc/zoneinfo beside the log shows other zones than this boot made;"
                + " nothing is taken from it.");
        }

        draft = notes.Aggregate(draft, (now, note) => now.With("sysctls", note));
        draft = machine.Notes.Aggregate(draft, (now, note) => now.With("kernel", note));
        if (machine.Slit is null && machine.FakeNodes.IsEmpty && nodes.Length > 1)
        {
            draft = draft.With("distances",
                "A log has no distances and no SLIT lies beside it: 10 on a node, 20 between.");
        }
        return DraftCheck.Compare(draft, layout);
    }

    /// <summary>What the command line set, what was saved since, and what the marks betray of it.</summary>
    /// <param name="measured">Empty when no zoneinfo fits.</param>
    private static (MemorySettings Settings, List<string> Notes) Settings(
        MachineDescription machine, MemoryLayout layout, ImmutableArray<ZoneinfoZone> measured, string? sysctls)
    {
        var notes = new List<string>();
        var saved = new SavedMachine("", machine.Release,
            [.. measured.Where(zone => zone.IsPopulated).Select(SavedFiles.Zone).OrderBy(zone => zone.Id)],
            layout.Nodes, layout.Cpus, layout.Distances, []);
        saved = saved with { Known = SavedDraft.Known(saved, machine.Settings, sysctls) };
        return (saved.Zones.IsEmpty ? saved.Known : SettingsInference.Infer(saved, notes), notes);
    }

    /// <summary>The zoneinfo is of this very machine, after the same boot.</summary>
    private static bool Agree(ImmutableArray<ZoneinfoZone> measured, MemoryLayout layout)
    {
        var populated = measured.Where(zone => zone.IsPopulated).ToList();
        return populated.Count == layout.Zones.Length && layout.Zones.All(zone => populated.Any(one =>
            one.Id == zone.Id && one.Present == zone.Present.Value && one.Spanned == zone.Spanned.Value));
    }

    /// <summary>The firmware's map; with what the kernel changed, if that is more than every kernel does.</summary>
    private static ImmutableArray<E820Entry> Map(MachineDescription machine, MemoryLayout layout)
    {
        var plain = FirmwareMemory.Of(machine with { MapEdits = [] });
        var known = layout.Firmware!;
        var entries = plain.Map.Entries.SequenceEqual(known.Map.Entries) ? plain.Given.Entries : known.Map.Entries;
        return [.. entries.Select(entry => entry.IsMemory ? entry with { Type = E820Type.Usable } : entry)];
    }

    private static ImmutableDictionary<int, ImmutableArray<(ulong Start, ulong End)>> Ranges(
        MachineDescription machine, MemoryLayout layout)
    {
        var claims = machine.FakeNodes.IsEmpty
            ? machine.Srat.Memory.Select(memory => new NodeBlock(memory.Node, memory.Start, memory.End))
            : machine.FakeNodes;
        // Claims that were thrown away, or none at all: a single node has all memory.
        if (layout.IsNodeFaked)
        {
            if (layout.PossibleNodes.Length == 1) return ImmutableDictionary<int, ImmutableArray<(ulong, ulong)>>.Empty;
            claims = [new(new(0), 0, layout.Firmware!.MaxFrame.Address)];
        }

        return claims.GroupBy(claim => claim.Node.Value).ToImmutableDictionary(node => node.Key, Joined);
    }

    private static ImmutableArray<(ulong Start, ulong End)> Joined(IEnumerable<NodeBlock> blocks)
    {
        const ulong page = 1ul << PageFrameNumber.PageShift;
        var joined = new List<(ulong Start, ulong End)>();
        foreach (var block in blocks.OrderBy(block => block.Start))
        {
            var start = block.Start & ~(page - 1);
            var end = Math.Min(block.End, AddressRanges.MaxBytes) & ~(page - 1);
            if (start >= end) continue;
            if (joined.Count > 0 && joined[^1].End >= start)
                joined[^1] = (joined[^1].Start, Math.Max(joined[^1].End, end));
            else joined.Add((start, end));
        }

        return [.. joined];
    }

    private static string MovableSizes(MachineDescription machine, MemoryLayout layout)
    {
        var total = new PageCount(layout.Zones.Sum(zone => zone.Present.Value));
        return string.Join(' ', Vocabulary.MovableSizes
            .Select(key => BootParameters.MovableSize(machine.CommandLine, key, total) is { } pages
                ? string.Create(CultureInfo.InvariantCulture, $"{key}={pages.Bytes.Bytes >> 10}K")
                : "")
            .Where(word => word.Length > 0));
    }
}
