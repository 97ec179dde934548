using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Firmware;

namespace Numa.Core.Boot;

/// <summary>The memory map from the firmware's entries to what memblock sees, with every edit on the way.</summary>
/// <param name="Given">The firmware's map, or the user's, sanitised.</param>
/// <param name="IsUserMap">The user replaced the firmware's map.</param>
/// <param name="Edits">RAM that became another type, or went, in order; some change nothing.</param>
/// <param name="Trimmed">Edits that gave up RAM which the CPU does not cache write-back, in order.</param>
/// <param name="FirstMaxFrame">max_pfn before those edits.</param>
/// <param name="Lost">RAM given up by them. Unit: bytes.</param>
/// <param name="MaxFrame">First frame after all memory: max_pfn.</param>
/// <param name="MaxLowFrame">First frame after the memory below 4 GiB: max_low_pfn while memory is mapped. On 32 bit,
/// after the memory that the kernel maps for itself.</param>
/// <remarks>Source: <c>setup_arch</c>, Linux arch/x86/kernel/setup.c; <c>mtrr_trim_uncached_memory</c>, Linux
/// arch/x86/kernel/cpu/mtrr/cleanup.c.</remarks>
public sealed record FirmwareMemory(
    E820Map Given,
    bool IsUserMap,
    ImmutableArray<E820Entry> Edits,
    ImmutableArray<E820Entry> Trimmed,
    PageFrameNumber FirstMaxFrame,
    ulong Lost,
    E820Map Map,
    PageFrameNumber MaxFrame,
    PageFrameNumber MaxLowFrame)
{
    public static FirmwareMemory Of(MachineDescription machine)
    {
        var given = E820Map.Sanitise(machine.MemoryMap);
        // A log names these edits too; made twice they change nothing, and are told once.
        ImmutableArray<E820Entry> edits =
            [.. machine.MapEdits, .. E820Map.BiosTrim.Where(edit => !machine.MapEdits.Contains(edit))];
        var map = edits.Aggregate(given, (edited, edit) => edited.Apply(edit));

        var countsAcpiData = machine.Release.MaxPfnCountsAcpiData;
        var first = End(map);
        var trimmed = Uncached(machine.WriteBack, first.Address);
        var kept = trimmed.Aggregate(map, (edited, edit) => edited.Apply(edit));
        var max = End(kept);
        var low = machine.Release.Architecture.MappedEnd is { } mapped
            ? new PageFrameNumber(Math.Min(mapped.Value, max.Value)) : kept.MaxLowFrame(countsAcpiData);
        return new(
            given, machine.IsUserMap, edits, trimmed, first, map.UsableBytes - kept.UsableBytes, kept, max, low);

        PageFrameNumber End(E820Map entries) => new(Math.Min(
            entries.MaxFrame(countsAcpiData).Value, machine.Release.Architecture.MaxFrames));
    }

    /// <summary>What lies below, between and above the write-back ranges. With no range at all nothing is given up:
    /// such a machine is virtual, and says nothing of its caches.</summary>
    private static ImmutableArray<E820Entry> Uncached(
        ImmutableArray<(ulong Start, ulong End)> writeBack, ulong end)
    {
        var gaps = ImmutableArray.CreateBuilder<E820Entry>();
        if (writeBack.IsEmpty) return [];
        var at = 0ul;
        foreach (var range in writeBack)
        {
            if (range.Start > at) gaps.Add(E820Entry.Between(at, range.Start, E820Type.Reserved));
            at = Math.Max(at, range.End);
        }

        if (at < end) gaps.Add(E820Entry.Between(at, end, E820Type.Reserved));
        return gaps.ToImmutable();
    }
}
