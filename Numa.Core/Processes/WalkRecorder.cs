using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <summary>Keeps the walk of one allocation: CPU and zones tell it what they compared, as they decide.</summary>
/// <remarks>It travels with the CPU's visit, so that only one side tells at a time.</remarks>
/// <param name="tasks">Whose allocation is kept: one task, or several of which one runs after the other.</param>
/// <param name="number">Their pages before that one: allocations that failed are not counted.</param>
public sealed class WalkRecorder(ImmutableArray<SimulatedTask> tasks, long number)
{
    private readonly List<(WatermarkLevel Level, AllocationFlags Flags, List<WalkStep> Steps)> _passes = [];
    private readonly List<(long Frame, int Order, Migratetype Type)> _free = [];
    private AllocationWalk? _begun;

    /// <summary>Of several allocations that fail in the page's place the first is kept.</summary>
    public bool KeepsFirst { get; init; }

    /// <summary>The walk once it is over; of several that failed in the page's place, and of the page, the
    /// last.</summary>
    public AllocationWalk? Walk { get; private set; }

    /// <returns>True when this allocation is the one.</returns>
    internal bool Begin(
        SimulatedTask asking, NodeId node, AllocationRequest request, IEnumerable<ZoneId> list, VirtualInstant now)
    {
        if (!tasks.Contains(asking) || (KeepsFirst && Walk is not null)) return false;
        if (tasks.Sum(task => task.Allocations - task.Failures) - 1 != number) return false;
        _passes.Clear();
        _begun = new(asking.Id, asking.Allocations - 1 - asking.Failures, asking.Cpu.Value, node, request,
            [.. list], [], now, now, 0, null, default, null);
        return true;
    }

    internal void BeginPass(WatermarkLevel level, AllocationFlags flags) => _passes.Add((level, flags, []));

    internal void Skip(ZoneId zone, ZoneSkip why, long? fairBatch) =>
        _passes[^1].Steps.Add(new(zone, why, fairBatch));

    internal void Check(ZoneId zone, WatermarkTerms terms) => _passes[^1].Steps.Add(new(zone, Check: terms));

    /// <summary>The CPU's own list has a page.</summary>
    internal void FindOnList(Pageset pageset, int order, Migratetype type) =>
        Answer(new(order, type, 0, 0, 0, true, null, pageset.List(order, type).Count() - 1));

    /// <summary>The zone is about to take blocks.</summary>
    internal void BeforeTaking(Zone zone)
    {
        _free.Clear();
        for (var order = 0; order < Order.Count; order++)
        {
            for (var type = Migratetype.Unmovable; type <= Migratetype.Isolate; type++)
            {
                foreach (var frame in zone.FreeList(order, type)) _free.Add((frame, order, type));
            }
        }
    }

    /// <summary>The zone has taken what it could.</summary>
    internal void AfterTaking(ZoneVisit visit)
    {
        (int, Migratetype)? from = null;
        if (visit.Taken > 0)
        {
            var frame = visit.Frames[0];
            var block = _free.First(free => free.Frame <= frame && frame < free.Frame + (1L << free.Order));
            from = (block.Order, block.Type);
        }

        var refill = visit.Kind == ZoneVisitKind.Refill;
        Answer(new(visit.Order, visit.Type, visit.Count, visit.Taken, visit.Fallbacks, refill, from,
            refill ? Math.Max(0, visit.Taken - 1) : 0));
    }

    internal void Succeed(ZoneId zone, long frame, VirtualInstant now, long lockWait) =>
        End(_begun! with { Zone = zone, Frame = new(frame), End = now, LockWait = lockWait });

    internal void Fail(FailureKind kind, VirtualInstant now, long lockWait) =>
        End(_begun! with { Failure = kind, End = now, LockWait = lockWait });

    private void Answer(PageSource source) => _passes[^1].Steps[^1] = _passes[^1].Steps[^1] with { Source = source };

    private void End(AllocationWalk walk) => Walk = walk with
    {
        Passes = [.. _passes.Select(pass => new WalkPass(pass.Level, pass.Flags, [.. pass.Steps]))],
    };
}
