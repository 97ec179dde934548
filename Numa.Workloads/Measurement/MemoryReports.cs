using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Processes;
using Numa.Core.Reclaim;
using Numa.Core.Text;
using Numa.Core.Text.Reports;
using Numa.Core.Zones;

namespace Numa.Workloads.Measurement;

/// <summary>What a kernel would log of a run's failures and of its OOM killer.</summary>
/// <remarks>Of pagesets a CPU sees its own only, so <c>free_pcp</c> is that; fields of what is not modelled, slab and
/// page tables among them, are 0.</remarks>
/// <param name="tasks">All tasks of the run.</param>
internal sealed class MemoryReports(MachineImage machine, IReadOnlyList<SimulatedTask> tasks)
{
    private const long KbOfPage = 4;

    /// <summary>The report of a strike of the OOM killer.</summary>
    public ImmutableArray<string> Of(OomKill kill) => MemoryReportWriter.Lines(
        Report(kill.Request, ReportCause.OomKiller, NameOf(kill.Asker), kill.Memory, kill.Nodes) with
        {
            OomScoreAdj = tasks[kill.Asker.Value].OomAdjustment,
            Tasks = [.. kill.Candidates.Select(Row)],
            Constraint = kill.Constraint switch
            {
                OomConstraint.CpuSet => "CONSTRAINT_CPUSET",
                OomConstraint.MemoryPolicy => "CONSTRAINT_MEMORY_POLICY",
                _ => "CONSTRAINT_NONE",
            },
            Kill = kill.Victim is { } victim
                ? new(Pid(victim.Task), victim.Workload, victim.ResidentPages * KbOfPage,
                    victim.ResidentPages * KbOfPage, 0) { Score = kill.Points, OomScoreAdj = victim.Adjustment }
                : null,
        });

    /// <summary>The report of the first failure of its kind; empty where nobody looked, or the request asks for
    /// silence.</summary>
    public ImmutableArray<string> Of(string workload, AllocationFailure failure)
    {
        if (failure.Memory is not { } memory || (failure.Request.Gfp & GfpFlags.NoWarn) != 0) return [];
        return MemoryReportWriter.Lines(
            Report(failure.Request, ReportCause.Failure, workload, memory, failure.Request.AllowedNodes));
    }

    private MemoryReport Report(AllocationRequest request, ReportCause cause, string task, MemorySnapshot memory,
        ImmutableArray<NodeId> nodes)
    {
        var mask = nodes.IsDefaultOrEmpty ? "(null)" : List(nodes);
        var allowed = request.MemsAllowed.IsDefaultOrEmpty ? machine.Nodes : request.MemsAllowed;
        return new(machine.Release.ReportForm, cause, task, ReportedGfp.Of(request.Gfp, machine.Release),
            request.Order.Value, Memory(request, memory, nodes))
        {
            Nodemask = mask,
            MemsAllowed = List(allowed),
        };
    }

    private static string List(ImmutableArray<NodeId> nodes) =>
        CpuListText.Format([.. nodes.Order().Select(node => new CpuId(node.Value))]);

    private MemInfo Memory(AllocationRequest request, MemorySnapshot memory, ImmutableArray<NodeId> nodes)
    {
        var shown = memory.Zones.Where(zone => machine.Release.ReportForm == ReportForm.PerZone
            || (machine.Zones[zone.Slot].Id.Kind <= request.HighestZone(machine.Release)
                && (nodes.IsDefaultOrEmpty || nodes.Contains(machine.Zones[zone.Slot].Id.Node)))).ToList();
        var ofNodes = shown.Select(zone => machine.Zones[zone.Slot].Id.Node).Distinct().Select(node => new NodeMemInfo(
            node, Lists(memory.Lru.Where(size => machine.Zones[size.Zone].Id.Node == node)), false));
        var totals = Lists(memory.Lru).Add("free", memory.Zones.Sum(zone => zone.Record.Free))
            .Add("free_pcp", memory.Zones.Sum(zone => (long)zone.InOwnPageset));
        return new(totals, [.. ofNodes], [.. shown.Select(zone => OfZone(zone, memory.Lru))])
        {
            PageCache = memory.Lru.Sum(size => size.File),
            Ram = machine.Zones.Sum(zone => zone.Present.Value),
            Reserved = machine.Zones.Sum(zone => zone.Present.Value - zone.Managed.Value),
        };
    }

    private ZoneMemInfo OfZone(ZoneSnapshot zone, ImmutableArray<LruZoneSize> lru)
    {
        var image = machine.Zones[zone.Slot];
        var marks = zone.Tuning.Marks;
        var boost = zone.Record.Boost;
        var pages = Lists(lru.Where(size => size.Zone == zone.Slot))
            .Add("free", zone.Record.Folded).Add("boost", boost)
            .Add("min", marks.Min.Value + boost).Add("low", marks.Low.Value + boost)
            .Add("high", marks.High.Value + boost)
            .Add("reserved_highatomic", zone.Record.HighAtomicPages)
            .Add("present", image.Present.Value).Add("managed", image.Managed.Value)
            .Add("free_pcp", zone.InOwnPageset).Add("local_pcp", zone.InOwnPageset);
        return new(image.Id, pages,
            [.. machine.Release.Architecture.ZoneKinds.Select(kind => zone.Tuning.LowmemReserve[(int)kind].Value)],
            [.. Enumerable.Range(0, Order.Count).Select(order => Blocks(zone, order))]);
    }

    private OrderMemInfo Blocks(ZoneSnapshot zone, int order) => new(zone.Record.FreeBlocks[order],
        string.Concat(MigratetypeNumbers.Of(machine.Release)
            .Where(known => (zone.TypesOfOrder[order] >> (int)known.Type & 1) != 0)
            .Select(known => Letter(known.Type))));

    /// <remarks>Source: <c>show_migration_types</c>, Linux mm/show_mem.c; before 4.4 the reserve is R.</remarks>
    private char Letter(Migratetype type) => type switch
    {
        Migratetype.Unmovable => 'U',
        Migratetype.Movable => 'M',
        Migratetype.Reclaimable => 'E',
        Migratetype.HighAtomic => machine.Release.HighAtomic == HighAtomicRule.ReservePageblocks ? 'R' : 'H',
        _ => 'I',
    };

    private static ImmutableDictionary<string, long> Lists(IEnumerable<LruZoneSize> sizes)
    {
        var of = sizes.ToList();
        return ImmutableDictionary<string, long>.Empty
            .Add("inactive_anon", of.Sum(size => size.Anonymous)).Add("inactive_file", of.Sum(size => size.File))
            .Add("dirty", of.Sum(size => size.Dirty)).Add("writeback", of.Sum(size => size.Writeback));
    }

    private static ReportedTask Row(OomCandidate task) => new(
        Pid(task.Task), 0, Pid(task.Task), task.ResidentPages, task.ResidentPages, 0, 0, 0, task.Adjustment,
        task.Workload) { RssAnon = task.ResidentPages };

    private static int Pid(TaskId task) => task.Value + 1;

    private string NameOf(TaskId task) => tasks[task.Value].Workload;
}
