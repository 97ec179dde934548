using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Nodes;
using Numa.Core.Text;
using Numa.Core.Text.Topology;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Importing;

/// <summary>Makes a machine of a list of nodes, which tells how much memory the kernel manages, not how much there
/// is.</summary>
internal static class NodeTableDraft
{
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    /// <summary>A descriptor takes 64 bytes of each page of 4 KiB.</summary>
    private const long PagesPerDescriptorPage = 64;

    public static MachineDraft Of(NodeTable table, KernelChoice kernel)
    {
        var count = table.Nodes[^1].Id.Value + 1;
        var numbers = table.Nodes.SelectMany(node => node.Cpus).Order().ToList();
        var newNumber = numbers.Select((cpu, place) => (cpu, place)).ToDictionary(pair => pair.cpu, pair => pair.place);
        var nodes = Enumerable.Repeat(NodeNumbers.Absent, count).ToArray();
        foreach (var node in table.Nodes)
        {
            nodes[node.Id.Value] = nodes[node.Id.Value] with
            {
                Memory = Installed(node.Managed, 0),
                Cpus = [.. node.Cpus.Select(cpu => new CpuId(newNumber[cpu]))],
            };
        }

        var machine = new SyntheticMachine("", kernel.Release, [.. nodes], [], Spread(table, count), new());
        var draft = DraftDistances.Apart(kernel.ApplyTo(new(Sized(machine, table))));
        draft = draft.With("nodes", (table.SizesAreExact
            ? "managed: as the kernel counted it; how it falls to zones of one node is estimated."
            : "managed: as the kernel counted it, to the MiB; how it falls to zones of one node is estimated.")
            + " memory: the least size, in whole GiB where it is large, that can hold that and its descriptors.");
        if (numbers.Count > 0 && numbers[^1].Value != numbers.Count - 1)
            draft = draft.With("nodes", "CPUs are numbered anew, from 0 without gaps: they were "
                + $"{CpuListText.Format(numbers)}.");
        draft = table.Defaults.Aggregate(draft, (now, told) => now.With("nodes", told));
        return table.Distances is null && table.Nodes.Length > 1
            ? draft.With("distances", "Distances are not told: 10 on a node, 20 between nodes.")
            : draft;
    }

    private static NodeDistances Spread(NodeTable table, int count)
    {
        var uniform = NodeDistances.Uniform(count);
        if (table.Distances is not { } told) return uniform;
        var place = table.Nodes.Select((node, i) => (node.Id, i)).ToDictionary(pair => pair.Id.Value, pair => pair.i);
        return new(count, Enumerable.Range(0, count * count).Select(cell =>
            place.TryGetValue(cell / count, out var from) && place.TryGetValue(cell % count, out var to)
                ? told[new(from), new(to)]
                : uniform[new(cell / count), new(cell % count)]));
    }

    /// <summary>Gives each node so much memory, and each of its zones such a part, that it manages what was told.
    /// </summary>
    private static SyntheticMachine Sized(SyntheticMachine machine, NodeTable table)
    {
        for (var more = 0; ; more++)
        {
            var zones = EarlyBoot.Run(machine).Zones;
            var grown = machine;
            var managed = machine;
            foreach (var node in table.Nodes.Where(node => node.Managed > PageCount.Zero))
            {
                var own = zones.Where(zone => zone.Id.Node == node.Id).ToList();
                var at = node.Id.Value;
                if (own.Sum(zone => zone.Present.Value) < node.Managed.Value)
                {
                    var size = Installed(node.Managed, more + 1);
                    grown = grown with { Nodes = grown.Nodes.SetItem(at, grown.Nodes[at] with { Memory = size }) };
                }

                managed = managed with
                {
                    Nodes = managed.Nodes.SetItem(at, managed.Nodes[at] with { Managed = Shares(own, node.Managed) }),
                };
            }

            if (grown == machine) return managed;
            machine = grown;
        }
    }

    /// <summary>What is known of one node falls to its zones as estimated; the largest takes the difference.</summary>
    private static ImmutableDictionary<ZoneKind, PageCount> Shares(List<ZoneLayout> zones, PageCount managed)
    {
        var shares = zones.ToDictionary(zone => zone.Id.Kind, zone => zone.ManagedAtEnd.Value);
        var left = managed.Value - shares.Values.Sum();
        foreach (var zone in zones.OrderByDescending(zone => zone.Present).ThenBy(zone => zone.Id))
        {
            var share = Math.Clamp(shares[zone.Id.Kind] + left, 0, zone.Present.Value);
            left -= share - shares[zone.Id.Kind];
            shares[zone.Id.Kind] = share;
        }

        return shares.ToImmutableDictionary(share => share.Key, share => new PageCount(share.Value));
    }

    /// <summary>The size that a node is built with.</summary>
    /// <remarks>Memory that is plugged in while the kernel runs is managed whole, so a size of whole GiB is taken as it
    /// stands: CXL memory and such.</remarks>
    private static ByteSize Installed(PageCount managed, int more)
    {
        var bytes = managed.Bytes.Bytes;
        if (bytes == 0 || (bytes % GiB == 0 && more == 0)) return new(bytes);
        bytes += bytes / (PagesPerDescriptorPage - 1);
        var step = bytes > 4 * GiB ? GiB : bytes > GiB ? 64 * MiB : 4 * MiB;
        return new(((bytes + step - 1) / step + more) * step);
    }
}
