using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>Holds the lists that a phase leaves behind against those of its kernel, element by element.</summary>
internal sealed class ListComparison
{
    private readonly MachineImage _machine;
    private Agreement _freeLists;
    private Agreement _pagesets;

    /// <param name="machine">As the phase began.</param>
    /// <param name="after">The kernel's lists after the phase.</param>
    public ListComparison(
        MachineImage machine, AllocatorDump after, IEnumerable<ZoneProcess> zones, IEnumerable<CpuProcess> cpus)
    {
        _machine = machine;
        foreach (var zone in zones) CompareFreeLists(zone.Zone, after);
        var dumped = DumpedMachine.From(machine, after);
        foreach (var cpu in cpus)
        {
            foreach (var zone in cpu.Zones)
            {
                if (zone is not null && dumped.Zones[zone.Slot].State is { } state)
                    ComparePageset(cpu.Id, zone, state.Pagesets[cpu.Id]);
            }
        }
    }

    public Agreement FreeLists => _freeLists;

    public Agreement Pagesets => _pagesets;

    /// <summary>The first difference, for people; null when there is none.</summary>
    public string? First { get; private set; }

    private void CompareFreeLists(Zone zone, AllocatorDump after)
    {
        for (var order = 0; order < Order.Count; order++)
        {
            foreach (var (type, name) in MigratetypeNumbers.Of(_machine.Release))
            {
                var recorded = after.FreeLists.FirstOrDefault(list =>
                    list.Zone == zone.Id && list.Order == order && list.Migratetype == name)?.Frames ?? [];
                Compare(ref _freeLists, $"free list {zone.Id} {order} {name}", recorded, zone.FreeList(order, type));
            }
        }
    }

    private void ComparePageset(int cpu, CpuZone zone, PagesetState recorded)
    {
        foreach (var order in (int[])[0, 1, 2, 3, Order.Pageblock])
        {
            if (!Pageset.Holds(_machine.Release, order)) continue;
            for (var type = Migratetype.Unmovable; type < Migratetype.HighAtomic; type++)
            {
                if (order == Order.Pageblock && type == Migratetype.Reclaimable) continue;
                Compare(ref _pagesets, $"pageset {cpu} {zone.Id} {order} {type}",
                    recorded.Lists.GetValueOrDefault((order, type), []), zone.Pageset.List(order, type));
            }
        }
    }

    private void Compare(ref Agreement sum, string what, ImmutableArray<long> recorded, IEnumerable<long> ours)
    {
        ImmutableArray<long> predicted = [.. ours];
        if (recorded.Length + predicted.Length == 0) return;
        var equal = recorded.SequenceEqual(predicted);
        sum = sum.With(equal);
        if (equal || First is not null) return;
        var at = 0;
        while (at < Math.Min(recorded.Length, predicted.Length) && recorded[at] == predicted[at]) at++;
        First = FormattableString.Invariant($"after the phase: {what}, element {at}: the kernel ")
            + $"{(at < recorded.Length ? PhaseReplay.Hex(recorded[at]) : "ends")} of {recorded.Length}, the model "
            + $"{(at < predicted.Length ? PhaseReplay.Hex(predicted[at]) : "ends")} of {predicted.Length}";
    }
}
