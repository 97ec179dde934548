using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Hotplug;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>Whoever writes sysctls and plugs memory while the machine runs: one operation after the other, each a
/// sequence of steps that the machine's home CPU takes.</summary>
/// <remarks>Whether memory goes offline depends on the run, so what the machine becomes is known only then, and is told
/// by visits and signals, each in force from its own stamp.</remarks>
/// <param name="running">The machine as the run finds it; it moves on.</param>
/// <param name="block">Size of a memory block: what one write to its state brings on or off line.</param>
public sealed class MachineOperator(
    RunningMachine running, ImmutableArray<PlannedOperation> operations, PageCount block)
{
    /// <summary>CPU that takes the steps.</summary>
    public const int HomeCpu = 0;

    private readonly Queue<int> _due = new();
    private readonly List<OperationResult> _results = [];
    private IEnumerator<OperatorStep>? _steps;
    private VirtualInstant _now;
    private long _moved;

    public ImmutableArray<PlannedOperation> Operations { get; } = operations;

    /// <summary>What the operations came to that began, in that order.</summary>
    public IReadOnlyList<OperationResult> Results => _results;

    /// <summary>The machine as it was last told of.</summary>
    public MachineFacts Facts { get; private set; } = new(running.Image);

    /// <summary>The signals by which operations begin whose instant is known.</summary>
    internal IEnumerable<Signal> Begin()
    {
        for (var number = 0; number < Operations.Length; number++)
        {
            if (Operations[number].At is { } at)
                yield return new(at, int.MinValue, number, HomeCpu, SignalKind.Operate, default, Zone: number);
        }
    }

    /// <summary>An operation is due; it begins when those before it are done.</summary>
    /// <returns>Whether the operator was idle.</returns>
    internal bool Due(int number)
    {
        _due.Enqueue(number);
        return _steps is null && _due.Count == 1;
    }

    /// <summary>The visit of the last step is back.</summary>
    internal void Replied(ZoneVisit visit) => _moved = visit.Moved;

    /// <summary>What to do next; null when nothing is due.</summary>
    internal OperatorStep? Next(VirtualInstant now)
    {
        _now = now;
        while (true)
        {
            if (_steps is null)
            {
                if (!_due.TryDequeue(out var number)) return null;
                _steps = Carry(number).GetEnumerator();
            }

            if (_steps.MoveNext()) return _steps.Current;
            _steps = null;
        }
    }

    private IEnumerable<OperatorStep> Carry(int number)
    {
        var operation = Operations[number].Operation;
        var result = new OperationResult(number, operation, _now, running.Image);
        _results.Add(result);
        var steps = operation switch
        {
            MachineOperation.Set set => Write(set.Write, result),
            MachineOperation.Add add => Tell(running.Add(add.Node, add.Range, out var why), why, add.Range, result),
            MachineOperation.Remove gone => Tell(running.Remove(gone.Range, out var why), why, gone.Range, result),
            MachineOperation.Online online => Blocks(online.Range).SelectMany(one => Online(one, online.Type, result)),
            MachineOperation.Offline offline => Blocks(offline.Range).Reverse().SelectMany(one => Offline(one, result)),
            _ => throw new InvariantBreachException($"no steps for {operation}"),
        };
        foreach (var step in steps) yield return step;
        result.After = running.Image;
        result.Ended = _now;
    }

    private IEnumerable<OperatorStep> Write(SysctlWrite write, OperationResult result)
    {
        var change = running.Write(write, out var refusal);
        if (change is null) result.Refuse(refusal!);
        else result.ReadsBack = change.ReadsBack;
        return change is null ? [] : Spread(change, result);
    }

    /// <summary>Memory was plugged in or out: no zone has more or less of it.</summary>
    private IEnumerable<OperatorStep> Tell(
        MachineChange? change, string? refusal, PageRange range, OperationResult result)
    {
        if (change is null)
        {
            result.Refuse(refusal!);
            yield break;
        }

        result.Pages += range.Pages;
        yield return Telling(change, result);
    }

    private IEnumerable<OperatorStep> Online(PageRange range, OnlineType type, OperationResult result)
    {
        if (running.NodeOf(range) is not { } node)
        {
            result.Refuse($"no node has memory from {range.Start} to {range.End}");
            yield break;
        }

        if (running.Online(node, range, type, out var refusal) is not { } change)
        {
            result.Refuse(refusal!);
            yield break;
        }

        Count(range, result);
        yield return Visiting(ZoneVisitKind.Online, SlotOf(range), range);
        foreach (var step in Spread(change, result)) yield return step;
    }

    private IEnumerable<OperatorStep> Offline(PageRange range, OperationResult result)
    {
        if (running.HolderOf(range) is null)
        {
            result.Refuse($"memory from {range.Start} to {range.End} is not online in one zone");
            yield break;
        }

        var slot = SlotOf(range);
        yield return new(OperatorStepKind.EmptyPagesets, slot, default, default, WithoutPageset(slot));
        yield return Visiting(ZoneVisitKind.Isolate, slot, range);
        // Movable pages in use would be migrated here, and what was freed meanwhile counted in.
        var used = range.Pages.Value - _moved;
        if (used > 0)
        {
            result.Refuse($"memory from {range.Start} to {range.End} holds {used} pages in use that cannot be moved");
            yield return Visiting(ZoneVisitKind.EndIsolation, slot, range);
            yield return Telling(new(running.Image, false, false), result);
            yield break;
        }

        Count(range, result);
        yield return Visiting(ZoneVisitKind.Offline, slot, range);
        var change = running.Offline(range, out var refusal);
        Invariant.Holds(change is not null, refusal ?? "");
        foreach (var step in Spread(change, result)) yield return step;
    }

    private int SlotOf(PageRange range) => Facts.Image.SlotOf(running.HolderOf(range)!.Value);

    private static void Count(PageRange range, OperationResult result)
    {
        result.Blocks++;
        result.Pages += range.Pages;
    }

    /// <summary>Every zone, then every CPU hears of it.</summary>
    private IEnumerable<OperatorStep> Spread(MachineChange change, OperationResult result)
    {
        var told = Telling(change, result);
        for (var slot = 0; slot < Facts.Zones.Length; slot++)
        {
            yield return new(OperatorStepKind.Visit, slot, ZoneVisitKind.Retune, default, Facts);
        }

        yield return told;
    }

    private OperatorStep Telling(MachineChange change, OperationResult result)
    {
        Facts = Facts.After(change, _now);
        if (change.RebuildsZonelists) result.Rebuilds++;
        return new(OperatorStepKind.Tell, 0, default, default, Facts);
    }

    /// <summary>The zone's pagesets hold nothing, as those of an empty zone.</summary>
    private MachineFacts WithoutPageset(int slot)
    {
        var zone = running.Image.Zones[slot];
        var without = zone with { Tuning = zone.Tuning with { Pageset = PagesetSizing.Initial } };
        return Facts.After(
            new(running.Image with { Zones = running.Image.Zones.SetItem(slot, without) }, false, false), _now);
    }

    private static OperatorStep Visiting(ZoneVisitKind kind, int slot, PageRange range) =>
        new(OperatorStepKind.Visit, slot, kind, range, null);

    private IEnumerable<PageRange> Blocks(PageRange range) => MemoryBlockSize.BlocksOf(range, block);
}
