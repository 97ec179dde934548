using System.Reflection;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Nodes;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Tests.Generators;

/// <summary>Faults of the kind that only a rare interleaving shows, and small loads that unperturbed do not show
/// them.</summary>
/// <remarks>CPUs of each load do the same at the same pace, apart from one another by their start: unperturbed they
/// stay out of each other's way for ever.</remarks>
internal static class PlantedBugs
{
    private static readonly GfpFlags Gfp = GfpFlags.GfpHighUserMovable & ~GfpFlags.DirectReclaim;

    /// <summary>Three CPUs that fill and drain their pagesets of one zone.</summary>
    public static SimulationPlan ThreeCpus(ulong? schedule, VirtualInstant? until)
    {
        var machine = TinyMachine.Of("4.4", TinyMachine.Zone(0, 0, ZoneKind.Normal, 1024, Zones.Tuning())) with
        {
            Cpus = new([new NodeId(0), new(0), new(0)]),
        };
        return Plan(machine, schedule, until, [.. Enumerable.Range(0, 3).Select(cpu => new ScriptTask(cpu, cpu,
            [.. Enumerable.Repeat(Round, 3).SelectMany(round => round)]) { Start = new(cpu * 15_000) })]);
    }

    private static Action<ScriptTask, TaskStepHolder>[] Round { get; } =
    [
        ScriptTask.Think(20_000), .. Enumerable.Repeat(ScriptTask.Allocate(0), 12),
        ScriptTask.Think(20_000), .. Enumerable.Repeat(ScriptTask.FreeLast, 12),
    ];

    /// <summary>A drain loses its first block when it comes while one other CPU holds the lock and another waits for
    /// it.</summary>
    public static void LoseDrain(RoundLoop loop)
    {
        var last = new ZoneVisit?[loop.Cpus.Length];
        loop.Zones[0].Asked += visit =>
        {
            last[visit.Cpu] = visit;
            if (visit.Kind != ZoneVisitKind.Drain) return;
            // A visit that has not come back to its CPU still says when it was there.
            var others = last.OfType<ZoneVisit>().Where(other => other.Cpu != visit.Cpu
                && other.Arrival.Nanoseconds + other.Wait + other.Hold > visit.Arrival.Nanoseconds);
            if (others.Count() == 2) visit.Drained.RemoveAt(0);
        };
    }

    /// <summary>Two CPUs, each with a zone of one block; the zones touch within what would be one block of the next
    /// order.</summary>
    public static SimulationPlan TwoZones(ulong? schedule, VirtualInstant? until)
    {
        const int order = 4;
        const long border = TinyMachine.Start + 512 + (1 << order);
        ZoneImage Zone(int node, long start) => Zones.Image(start, start + (1 << order), Zones.Tuning(),
            (start, start + (1 << order))) with { Id = new(new(node), ZoneKind.Normal) };
        var machine = TinyMachine.Of("4.4", Zone(0, border - (1 << order)), Zone(1, border));
        var request = new AllocationRequest(Gfp | GfpFlags.ThisNode, new(order));
        return Plan(machine, schedule, until, [.. Enumerable.Range(0, 2).Select(cpu => new ScriptTask(cpu, cpu,
            [.. Enumerable.Repeat(Turn(request), 6).SelectMany(turn => turn)]) { Start = new(cpu * 4_000) })]);
    }

    private static Action<ScriptTask, TaskStepHolder>[] Turn(AllocationRequest request) =>
    [
        ScriptTask.Allocate(request), ScriptTask.Think(5_000),
        (task, step) =>
        {
            if (task.Held.Count > 0) ScriptTask.FreeLast(task, step);
            else ScriptTask.Think(0)(task, step);
        },
        ScriptTask.Think(500),
    ];

    /// <summary>A block freed at the end of zone 0 merges with the first of zone 1, if that is free then.</summary>
    public static void MergeAcrossZones(RoundLoop loop)
    {
        var (low, high) = (loop.Zones[0].Zone, loop.Zones[1].Zone);
        loop.Cpus[0].Visited += visit =>
        {
            if (visit.Kind != ZoneVisitKind.DirectFree) return;
            var block = visit.Drained[0];
            if (block.Frame + (1 << block.Order) != low.Image.End.Value) return;
            var work = default(BuddyWork);
            if (high.TakeGiven(high.Image.Start.Value, block.Order, block.Type, ref work).Place
                == BlockPlace.Elsewhere) return;
            low.TakeGiven(block.Frame, block.Order, block.Type, ref work);
            Restore(low, block.Frame, block.Order + 1, block.Type);
        };
    }

    /// <summary>Puts a block on a zone's list past everything that guards it.</summary>
    private static void Restore(Zone zone, long frame, int order, Migratetype type)
    {
        const BindingFlags hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        var buddy = typeof(Zone).GetField("_buddy", hidden)!.GetValue(zone)!;
        var page = (int)(frame - (zone.Image.Start.Value & -(1L << Order.MaxValue)));
        buddy.GetType().GetMethod("Restore", hidden)!.Invoke(buddy, [page, order, (int)type]);
    }

    private static SimulationPlan Plan(
        MachineImage machine, ulong? schedule, VirtualInstant? until, ScriptTask[] tasks) =>
        new(machine, tasks, CostModel.Default with { ScheduleSeed = schedule }, until ?? VirtualInstant.Never, []);
}
