using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Firmware;
using Numa.Core.MemoryModels;

namespace Numa.Core.Boot;

/// <summary>From what the firmware says to zones and what was released into them.</summary>
/// <remarks>The order is the kernel's: memory map, memblock, nodes, early allocations, zones, mass release.</remarks>
public static class EarlyBoot
{
    private const ulong PageSize = 1ul << PageFrameNumber.PageShift;

    /// <exception cref="InputException">The description contradicts itself.</exception>
    public static MemoryLayout Run(SyntheticMachine machine) => Run(SyntheticFirmware.Describe(machine));

    /// <exception cref="InputException">The description holds no memory, or contradicts itself.</exception>
    public static MemoryLayout Run(MachineDescription machine)
    {
        var notes = new List<string>(machine.Notes);
        var firmware = FirmwareMemory.Of(machine);
        var memblock = TakeMemory(machine, firmware);
        var claims = Claims(machine).ToList();
        var blocks = NodeDiscovery.Discover(claims, memblock.Memory, firmware.MaxFrame, out var fault);
        if (fault is not null) notes.Add($"The firmware's nodes are not used: {fault}.");

        var record = EarlyRecord.Nothing;
        if (machine.Steps.IsEmpty)
        {
            EarlyReplay.AssignNodes(memblock, machine, blocks);
            EarlyEstimate.Reserve(memblock, machine, notes);
        }
        else
        {
            record = EarlyReplay.Run(memblock, machine, blocks, notes);
        }

        var layout = Lay(machine, memblock, firmware.MaxFrame, record, notes);
        if (machine.EarlyAllocator == EarlyAllocatorKind.Bootmem)
            layout = layout with { Zones = BootmemRelease.Of(layout.Zones, blocks) };
        return layout with
        {
            Firmware = firmware,
            IsNodeFaked = fault is not null || claims.Count == 0,
            EarlyAllocator = machine.EarlyAllocator,
        };
    }

    /// <summary>The memory map as memblock takes it up.</summary>
    private static Memblock TakeMemory(MachineDescription machine, FirmwareMemory firmware)
    {
        var memblock = new Memblock();
        if (machine.Release.Architecture.MappedEnd is { } mapped) memblock.CurrentLimit = mapped.Address;
        foreach (var entry in firmware.Map.Entries)
        {
            if (entry.IsMemory) memblock.Memory.Add(entry.Start, entry.End);
            else if (entry.Type == E820Type.SoftReserved) memblock.Reserve(entry.Start, entry.End);
        }

        memblock.Memory.Trim(PageSize);
        memblock.Memory.Remove(firmware.MaxFrame.Address, ulong.MaxValue);
        if (memblock.Memory.Count == 0) throw Refuse(machine, "NUMA210", "the memory map holds no usable memory");
        return memblock;
    }

    private static IEnumerable<NodeBlock> Claims(MachineDescription machine) =>
        machine.FakeNodes.IsEmpty
            ? machine.Srat.Memory.Select(memory => new NodeBlock(memory.Node, memory.Start, memory.End))
            : machine.FakeNodes;

    private static MemoryLayout Lay(
        MachineDescription machine, Memblock memblock, PageFrameNumber maxFrame, EarlyRecord record,
        List<string> notes)
    {
        var nodes = NodeMemory.From(memblock.Memory);
        var limits = new ZoneLimits(nodes.Min(node => node.Start), maxFrame, machine.Release.Architecture);
        ImmutableArray<MemblockRegion> memory = [.. memblock.Memory];
        var movable = BootParameters.MovableStarts(machine, memory, nodes, limits, notes);
        // From here on all memory is alike; regions that only this told apart are released as one.
        memblock.Memory.ClearFlags(0, ulong.MaxValue, MemblockFlags.Hotplug);
        var sizes = nodes.SelectMany(node => ZoneSize.OfNode(
            node, limits, movable.TryGetValue(node.Node, out var start) ? start : null)).ToImmutableArray();
        RefuseImpossibleCounts(machine, sizes);

        if (BootParameters.Shuffles(machine.CommandLine))
            notes.Add("The kernel shuffles its free lists; here they keep the order of the release.");
        var dmaReserve = ManagedEstimate.DmaReserve(memblock);
        var late = LateFreePlacement.Place(machine, memblock, notes);
        var zones = sizes.Select(size => new ZoneLayout(
            size.Id,
            size.Span.Start,
            size.Span.Pages,
            size.Present,
            ManagedEstimate.For(size, dmaReserve, machine.Release, machine.MemoryModel),
            ReleasedRanges.Of(size, nodes.First(node => node.Node == size.Id.Node), memblock, machine.Managed),
            LateFreePlacement.In(size, nodes, late, LateFreePlacement.IsLate))
        {
            FreedEarly = LateFreePlacement.In(size, nodes, late, LateFreePlacement.IsEarly),
            FreedBeforeHugePages = LateFreePlacement.In(size, nodes, late, LateFreePlacement.IsBeforeHugePages),
            UncountedEarly = Uncounted(size, LateFreePlacement.IsEarly),
            UncountedLate = Uncounted(size, LateFreePlacement.IsLate),
            GiganticPages = new(nodes.Where(node => node.Node == size.Id.Node).Sum(node => record.GiganticPages
                .SelectMany(range => node.Within(range.CutTo(size.Span))).Sum(range => range.Pages.Value))),
            CountsGiganticPagesFirst = machine.Release.CountsGiganticPagesFirst,
        }).ToImmutableArray();

        var places = CpuPlacement.Place(machine, [.. nodes.Select(node => node.Node)]);
        return new(machine.Name, machine.Release, places.Nodes, places.Cpus, places.Distances, zones,
            machine.Settings, [.. notes])
        {
            Memory = memory,
            Reserved = [.. memblock.Reserved],
            Limits = limits,
            MovableStarts = movable,
            Early = record,
            PlacesLateFrees = machine.Release.LogPlacesLateFrees && LateFreePlacement.IsImageKnown(machine),
            IsMapOfNodeRanges = machine.IsMapOfNodeRanges,
            IsEstimated = machine.Steps.IsEmpty && machine.Managed.IsEmpty,
            IsShuffled = BootParameters.Shuffles(machine.CommandLine),
            PagesTakenBeforeReport = BootParameters.PagesTakenBeforeReport(machine),
            PossibleNodes = places.Possible,
            OnlinePolicy = BootParameters.OnlinePolicy(machine.CommandLine),
            Model = MemoryModel.Of(machine.MemoryModel, nodes, machine.Release.HasSubsections,
                machine.Release.Architecture.DescriptorBytes),
            DmaReserve = dmaReserve,
            LateFrees = late,
        };

        PageCount Uncounted(ZoneSize size, Func<LateFreeKind, bool> kinds) =>
            machine.Release.LateFreesAreManaged
                ? PageCount.Zero
                : new(LateFreePlacement
                    .In(size, nodes, late, kind => kinds(kind) && !LateFreePlacement.IsOfEarlyAllocator(kind))
                    .Sum(range => range.Pages.Value));
    }

    private static void RefuseImpossibleCounts(MachineDescription machine, ImmutableArray<ZoneSize> sizes)
    {
        var problems = new List<Problem>();
        foreach (var (zone, managed) in machine.Managed.OrderBy(pair => pair.Key))
        {
            var present = sizes.FirstOrDefault(size => size.Id == zone).Present;
            if (managed <= present && managed >= PageCount.Zero) continue;
            problems.Add(new(new(machine.Name, 0, 0), "NUMA212",
                $"zone {zone} cannot have {managed} managed pages: it has {present} present"));
        }

        if (problems.Count > 0) throw new InputException(problems);
    }

    private static InputException Refuse(MachineDescription machine, string code, string message) =>
        new([new(new(machine.Name, 0, 0), code, message)]);
}
