using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>Feeds a phase's requests to a machine that begins with the lists of its kernel, and compares.</summary>
internal sealed class PhaseReplay
{
    /// <summary>No step takes long: the trace's clock tells when something happens, to the microsecond.</summary>
    private static readonly CostModel Costs = CostModel.Default with
    {
        PagesetHit = 0, Way = 1, Refusal = 1, HoldBase = 1, HoldPerPage = 0, HoldPerSplit = 0, HoldPerMerge = 0,
        HandOver = 0, SignalLatency = 1000, Slice = long.MaxValue,
    };

    /// <summary>What steps of the last microsecond may take. Unit: nanoseconds.</summary>
    private const long Slack = 1000;

    private readonly TracedPhase _phase;
    private readonly MachineImage _machine;
    private readonly RoundLoop _loop;
    private readonly PhaseReplay? _later;
    private readonly ReplayTask[] _tasks;
    private readonly ReplayBlocks _blocks;
    private readonly List<ReplayAnswer>[] _predicted;
    private readonly List<string> _notes = [];
    private string? _firstMismatch;
    private int _firstLine = int.MaxValue;

    /// <param name="ticks">Of the capture.</param>
    public PhaseReplay(TracedPhase phase, MachineImage machine, TickTimes ticks)
    {
        _phase = phase;
        if (phase.WhileRead is { } whole) _later = new(whole, machine, ticks);
        _machine = FairDeltas.Infer(machine, phase, cpu => ticks.Of(phase, cpu, out _), out var inferred);
        if (inferred > 0)
            _notes.Add($"{inferred} unfolded parts of fair batches were inferred from where the trace leaves a zone");
        _blocks = new(phase.Allocations.Count);
        _tasks =
        [
            .. phase.Cpus.Select((cpu, number) => new ReplayTask(
                new(number), new(number), cpu.Requests, _blocks, SlotOf, phase.Start)),
        ];
        _predicted = [.. phase.Cpus.Select(cpu =>
            cpu.Requests.Select(_ => new ReplayAnswer(0, 0, [], [])).ToList())];
        var plan = new SimulationPlan(_machine, _tasks, Costs, new(phase.End - phase.Start + Slack), [])
        {
            Ticks = Ticks(ticks),
        };
        _loop = new(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        foreach (var cpu in _loop.Cpus.Take(_tasks.Length)) cpu.Visited = visit => Note(cpu, visit);
    }

    /// <param name="after">Lists after the phase; null when there are none.</param>
    public PhaseResult Run(string name, AllocatorDump? after)
    {
        _loop.Run();
        _later?._loop.Run();
        Agreement zones = default, frames = default, refills = default, drains = default, fallbacks = default;
        var predictions = new List<long>(_phase.Allocations.Count);
        foreach (var (cpu, index) in _phase.Allocations)
        {
            var answer = _phase.Cpus[cpu].Answers[index];
            var request = _phase.Cpus[cpu].Requests[index];
            var block = _blocks[request.Allocation];
            var frame = block?.Frame ?? -1;
            predictions.Add(frame);
            var recorded = answer.Frame == 0 ? -1 : answer.Frame;
            zones = Count(zones, (block?.Zone ?? -1) == SlotOf(recorded));
            frames = Count(frames, frame == recorded);
            if (frame != recorded)
                Differ(answer.Line, $"order {request.Order} {request.Allocate!.Type}", Hex(recorded), Hex(frame));
        }

        for (var cpu = 0; cpu < _tasks.Length; cpu++)
        {
            for (var i = 0; i < _predicted[cpu].Count; i++)
            {
                var (ours, theirs) = (_predicted[cpu][i], _phase.Cpus[cpu].Answers[i]);
                Compare(ref refills, "refill", theirs.Line, theirs.Taken, ours.Taken);
                Compare(ref drains, "drain", theirs.Line, theirs.Drained, ours.Drained);
                if (theirs.Fallbacks + ours.Fallbacks > 0)
                    fallbacks = Count(fallbacks, theirs.Fallbacks == ours.Fallbacks);
            }
        }

        var (lists, pagesets) = after is null ? default : CompareLists(after);
        return new(name, predictions.Count, zones, frames, refills, drains, fallbacks, lists, pagesets,
            _firstMismatch, Notes())
        {
            Frames = predictions,
        };
    }

    private ImmutableArray<ImmutableArray<VirtualInstant>> Ticks(TickTimes times)
    {
        var ticks = ImmutableArray.CreateBuilder<ImmutableArray<VirtualInstant>>();
        for (var cpu = 0; cpu < _machine.Cpus.CpuCount; cpu++)
        {
            ticks.Add(times.Of(_phase, cpu, out _));
            if (cpu >= _tasks.Length || _phase.Cpus[cpu].Requests.Count == 0) continue;
            _notes.Add(times.Describe(_phase, cpu));
        }

        return ticks.ToImmutable();
    }

    private static Agreement Count(Agreement before, bool equal) =>
        new(before.Compared + 1, before.Equal + (equal ? 1 : 0));

    private static string Hex(long frame) => frame < 0 ? "none" : $"0x{frame:x}";

    private void Note(CpuProcess cpu, ZoneVisit visit)
    {
        var current = _tasks[cpu.Id].Current;
        if (visit.ByTimer || current < 0 || current >= _predicted[cpu.Id].Count) return;
        var answer = _predicted[cpu.Id][current];
        if (visit.Kind is ZoneVisitKind.Refill or ZoneVisitKind.Direct)
        {
            foreach (var frame in visit.Frames[..visit.Taken]) answer.Taken.Add(frame);
            answer.Fallbacks += visit.Fallbacks;
        }

        if (visit.Kind == ZoneVisitKind.Drain)
            answer.Drained.AddRange(visit.Drained.Select(block => block.Frame));
    }

    private void Compare(ref Agreement sum, string what, int line, List<long> recorded, List<long> predicted)
    {
        if (recorded.Count + predicted.Count == 0) return;
        var equal = recorded.SequenceEqual(predicted);
        sum = Count(sum, equal);
        if (equal) return;
        var at = 0;
        while (at < Math.Min(recorded.Count, predicted.Count) && recorded[at] == predicted[at]) at++;
        Differ(line, $"{what} of {recorded.Count} blocks, block {at}",
            at < recorded.Count ? Hex(recorded[at]) : "the end",
            (at < predicted.Count ? Hex(predicted[at]) : "the end") + $" of {predicted.Count}");
    }

    private void Differ(int line, string what, string recorded, string predicted)
    {
        if (line >= _firstLine) return;
        _firstLine = line;
        _firstMismatch = FormattableString.Invariant(
            $"line {line}: {what}: the kernel {recorded}, the model {predicted}");
    }

    private (Agreement Lists, Agreement Pagesets) CompareLists(AllocatorDump after)
    {
        Agreement lists = default, pagesets = default;
        var later = _later?.ListsBeside(after).ToDictionary(list => list.What, list => list.Ours);
        var onlyLater = 0;
        foreach (var (what, ofPageset, recorded, ours) in ListsBeside(after))
        {
            if (recorded.Length + ours.Length == 0) continue;
            var equal = recorded.SequenceEqual(ours);
            if (!equal && later is not null && recorded.SequenceEqual(later[what]))
            {
                equal = true;
                onlyLater++;
            }

            if (ofPageset) pagesets = Count(pagesets, equal);
            else lists = Count(lists, equal);
            if (!equal) DifferInList(what, recorded, ours);
        }

        if (onlyLater > 0)
            _notes.Add($"{onlyLater} lists are equal only with what was done after the phase, while they were read");
        return (lists, pagesets);
    }

    /// <summary>Every list that the kernel can hold, as it had it and as the model has it now.</summary>
    private IEnumerable<(string What, bool OfPageset, ImmutableArray<long> Recorded, ImmutableArray<long> Ours)>
        ListsBeside(AllocatorDump after)
    {
        foreach (var zone in _loop.Zones)
        {
            for (var order = 0; order < Order.Count; order++)
            {
                foreach (var (type, name) in MigratetypeNumbers.Of(_machine.Release))
                {
                    var recorded = after.FreeLists.FirstOrDefault(list =>
                        list.Zone == zone.Zone.Id && list.Order == order && list.Migratetype == name)?.Frames ?? [];
                    yield return ($"free list {zone.Zone.Id} {order} {name}", false, recorded,
                        [.. zone.Zone.FreeList(order, type)]);
                }
            }
        }

        var dumped = DumpedMachine.From(_machine, after);
        foreach (var cpu in _loop.Cpus)
        {
            for (var slot = 0; slot < dumped.Zones.Length; slot++)
            {
                if (dumped.Zones[slot].State is not { } state) continue;
                foreach (var order in (int[])[0, 1, 2, 3, Order.Pageblock])
                {
                    if (!Core.Zones.Pagesets.Pageset.Holds(_machine.Release, order)) continue;
                    foreach (var type in (Migratetype[])[0, (Migratetype)1, (Migratetype)2])
                    {
                        if (order == Order.Pageblock && type == Migratetype.Reclaimable) continue;
                        // A CPU that did nothing has its lists as it had them.
                        yield return ($"pageset {cpu.Id} {dumped.Zones[slot].Id} {order} {type}", true,
                            state.Pagesets[cpu.Id].Lists.GetValueOrDefault((order, type), []),
                            cpu.Zones[slot] is { } zone ? [.. zone.Pageset.List(order, type)]
                            : _machine.Zones[slot].State?.Pagesets[cpu.Id].Lists.GetValueOrDefault((order, type), [])
                            ?? []);
                    }
                }
            }
        }
    }

    private void DifferInList(string what, ImmutableArray<long> recorded, ImmutableArray<long> predicted)
    {
        if (_firstMismatch is not null) return;
        var at = 0;
        while (at < Math.Min(recorded.Length, predicted.Length) && recorded[at] == predicted[at]) at++;
        _firstMismatch = FormattableString.Invariant($"after the phase: {what}, element {at}: the kernel ")
            + $"{(at < recorded.Length ? Hex(recorded[at]) : "ends")} of {recorded.Length}, the model "
            + $"{(at < predicted.Length ? Hex(predicted[at]) : "ends")} of {predicted.Length}";
    }

    private List<string> Notes()
    {
        var notes = _notes;
        var nothing = _tasks.Sum(task => task.FreesOfNothing);
        if (nothing > 0)
        {
            notes.Add($"{nothing} frees were left out: of blocks that an untraced bulk allocation had taken, or that "
                + "the model could not allocate");
        }

        if (_phase.Interrupted > 0)
            notes.Add($"{_phase.Interrupted} allocations were put before what an interrupt freed within them");
        if (_phase.TimerDrains.Count > 0)
            notes.Add($"{_phase.TimerDrains.Count} blocks were drained by no request (timers, other tasks)");
        return notes;
    }

    private int SlotOf(long frame)
    {
        for (var slot = 0; slot < _machine.Zones.Length; slot++)
        {
            if (frame >= _machine.Zones[slot].Start.Value && frame < _machine.Zones[slot].End.Value) return slot;
        }

        return -1;
    }
}
