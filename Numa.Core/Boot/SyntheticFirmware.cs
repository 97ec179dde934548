using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Firmware;

namespace Numa.Core.Boot;

/// <summary>The firmware tables of a machine that a person described: a PC's, with the nodes one after the
/// other, or the memory map that the person knows.</summary>
public static class SyntheticFirmware
{
    private const ulong BiosDataStart = 0x9fc00;
    private const ulong BiosEnd = 0x100000;
    private const ulong GiB = 1ul << 30;

    /// <exception cref="InputException">The description contradicts itself.</exception>
    public static MachineDescription Describe(SyntheticMachine machine)
    {
        var problems = SyntheticCheck.FindProblems(machine);
        if (problems.Count > 0) throw new InputException(problems);

        var total = machine.Nodes.Aggregate(0ul, (sum, node) => sum + (ulong)node.Memory.Bytes);
        // Below 4 GiB a PC keeps room for its devices; without it no RAM of such a machine would be where it really is.
        var holes = machine.Holes.IsEmpty && total > 3 * GiB ? [(3 * GiB, 4 * GiB)] : machine.Holes;
        var memory = machine.MemoryMap.IsEmpty ? Lay(machine.Nodes, holes) : Claims(machine.Nodes);
        var cpus = machine.Nodes
            .SelectMany((node, index) => node.Cpus.Select(cpu => new SratCpu(index, (uint)cpu.Value, new(index))))
            .OrderBy(cpu => cpu.Apic)
            .ToImmutableArray();
        return new()
        {
            Name = machine.Name,
            Release = machine.Release,
            CommandLine = machine.CommandLine,
            MemoryMap = machine.MemoryMap.IsEmpty
                ?
                [
                    .. memory.Select(range => E820Entry.Between(range.Start, range.End, E820Type.Usable)),
                    E820Entry.Between(BiosDataStart, BiosEnd, E820Type.Reserved),
                ]
                : machine.MemoryMap,
            WriteBack = machine.WriteBack,
            Srat = new(cpus, memory),
            Distances = machine.Distances,
            CpuCount = cpus.Length,
            Managed = machine.Nodes
                .SelectMany((node, index) => node.Managed.Select(zone =>
                    KeyValuePair.Create(new ZoneId(new(index), zone.Key), zone.Value)))
                .ToImmutableDictionary(),
            LateRanges = machine.LateRanges,
            EarlyAllocator = machine.EarlyAllocator,
            MemoryModel = machine.MemoryModel,
            Settings = machine.Settings,
        };
    }

    private static ImmutableArray<SratMemory> Claims(ImmutableArray<SyntheticNode> nodes) =>
    [
        .. nodes.SelectMany((node, index) => node.Ranges.Select(range =>
            new SratMemory(new(index), index, range.Start, range.End, Hotplug: false, NonVolatile: false))),
    ];

    private static ImmutableArray<SratMemory> Lay(
        ImmutableArray<SyntheticNode> nodes, ImmutableArray<(ulong Start, ulong End)> holes)
    {
        var laid = ImmutableArray.CreateBuilder<SratMemory>();
        var at = 0ul;
        for (var node = 0; node < nodes.Length; node++)
        {
            var left = (ulong)nodes[node].Memory.Bytes;
            while (left > 0)
            {
                foreach (var hole in holes)
                {
                    if (at >= hole.Start && at < hole.End) at = hole.End;
                }

                var room = holes.Where(hole => hole.Start > at).Select(hole => hole.Start - at);
                var size = Math.Min(room.DefaultIfEmpty(left).Min(), left);
                laid.Add(new(new(node), node, at, at + size, Hotplug: false, NonVolatile: false));
                at += size;
                left -= size;
            }
        }

        return laid.ToImmutable();
    }
}
