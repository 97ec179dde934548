using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>One list after a phase, as the kernel had it and as the model has it.</summary>
internal readonly record struct LeftList(
    string Name, bool OfPageset, ImmutableArray<long> Recorded, ImmutableArray<long> Predicted)
{
    public bool IsEqual => Recorded.SequenceEqual(Predicted);

    public override string ToString()
    {
        var at = Recorded.Zip(Predicted).TakeWhile(pair => pair.First == pair.Second).Count();
        return FormattableString.Invariant($"after the phase: {Name}, element {at}: the kernel ")
            + $"{At(Recorded, at)} of {Recorded.Length}, the model {At(Predicted, at)} of {Predicted.Length}";
    }

    private static string At(ImmutableArray<long> list, int at) =>
        at < list.Length ? PhaseReplay.Hex(list[at]) : "ends";
}

/// <summary>Holds the lists that a phase leaves behind against those of its kernel, element by element.</summary>
internal sealed class ListComparison
{
    private readonly ImmutableArray<LeftList> _lists;

    /// <param name="machine">As the phase began.</param>
    /// <param name="after">The kernel's lists after the phase.</param>
    public ListComparison(
        MachineImage machine, AllocatorDump after, IEnumerable<ZoneProcess> zones, IEnumerable<CpuProcess> cpus) =>
        _lists = [.. FreeListsOf(machine, after, zones), .. PagesetsOf(machine, after, cpus)];

    private ListComparison(ImmutableArray<LeftList> lists) => _lists = lists;

    public Agreement FreeLists => Count(ofPageset: false);

    public Agreement Pagesets => Count(ofPageset: true);

    public bool IsWhole => First is null;

    /// <summary>The first difference, for people; null when there is none.</summary>
    public string? First => _lists.Where(list => !list.IsEqual).Select(list => list.ToString()).FirstOrDefault();

    /// <summary>Takes from another state of the same machine each list that is equal there and not here.</summary>
    /// <param name="taken">How many.</param>
    public ListComparison OrElse(ListComparison other, out int taken)
    {
        var lists = _lists.Zip(other._lists, (here, there) => !here.IsEqual && there.IsEqual ? there : here)
            .ToImmutableArray();
        taken = _lists.Zip(lists).Count(pair => !pair.First.IsEqual && pair.Second.IsEqual);
        return new(lists);
    }

    private Agreement Count(bool ofPageset)
    {
        var sum = default(Agreement);
        foreach (var list in _lists)
        {
            if (list.OfPageset == ofPageset && list.Recorded.Length + list.Predicted.Length > 0)
                sum = sum.With(list.IsEqual);
        }

        return sum;
    }

    private static IEnumerable<LeftList> FreeListsOf(
        MachineImage machine, AllocatorDump after, IEnumerable<ZoneProcess> zones) =>
        from zone in zones.Select(process => process.Zone)
        from order in Enumerable.Range(0, Order.Count)
        from type in MigratetypeNumbers.Of(machine.Release)
        select new LeftList($"free list {zone.Id} {order} {type.Name}", false,
            after.FreeLists.FirstOrDefault(list =>
                list.Zone == zone.Id && list.Order == order && list.Migratetype == type.Name)?.Frames ?? [],
            [.. zone.FreeList(order, type.Type)]);

    private static IEnumerable<LeftList> PagesetsOf(
        MachineImage machine, AllocatorDump after, IEnumerable<CpuProcess> cpus)
    {
        var dumped = DumpedMachine.From(machine, after);
        var keys =
            (from order in (int[])[0, 1, 2, 3, Order.Pageblock]
             where Pageset.Holds(machine.Release, order)
             from type in (Migratetype[])[Migratetype.Unmovable, Migratetype.Movable, Migratetype.Reclaimable]
             where order != Order.Pageblock || type != Migratetype.Reclaimable
             select (Order: order, Type: type)).ToList();
        foreach (var cpu in cpus)
        {
            for (var slot = 0; slot < dumped.Zones.Length; slot++)
            {
                if (dumped.Zones[slot].State is not { } state) continue;
                foreach (var key in keys)
                {
                    // A CPU that did nothing has its lists as it had them.
                    yield return new($"pageset {cpu.Id} {dumped.Zones[slot].Id} {key.Order} {key.Type}", true,
                        state.Pagesets[cpu.Id].Lists.GetValueOrDefault(key, []),
                        cpu.Zones[slot] is { } zone ? [.. zone.Pageset.List(key.Order, key.Type)]
                            : machine.Zones[slot].State?.Pagesets[cpu.Id].Lists.GetValueOrDefault(key, []) ?? []);
                }
            }
        }
    }
}
