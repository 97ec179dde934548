using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Workloads.Replay;

/// <summary>The fair batches of a phase, charged with what the trace says was taken: which allocations they do not
/// explain under given ticks of the vmstat worker.</summary>
/// <remarks>A tick folds what a CPU had charged and not folded, so a run of allocations from a zone ends elsewhere than
/// without it. Only batches are followed here; whether a zone passes its low mark is judged once, at the phase's
/// start.</remarks>
internal sealed class FairRuns
{
    private readonly MachineImage _machine;
    private readonly List<Charge> _charges = [];
    private readonly long[] _batch;
    private readonly bool[] _spent;
    private readonly int[,] _delta;

    private FairRuns(MachineImage machine, int cpus)
    {
        _machine = machine;
        _batch = new long[machine.Zones.Length];
        _spent = new bool[machine.Zones.Length];
        _delta = new int[cpus, machine.Zones.Length];
    }

    /// <param name="Fair">Slots that the fair pass may take from, in its order; the first slot of the node that is
    /// reset with them, and the last.</param>
    private readonly record struct Charge(
        long At, int Cpu, int Slot, int Pages, (int[] Slots, int First, int Preferred) Fair);

    /// <param name="machine">Begins with the phase's lists, and unfolded parts as far as they are known.</param>
    public static FairRuns Of(MachineImage machine, TracedPhase phase)
    {
        var runs = new FairRuns(machine, phase.Cpus.Count);
        var facts = new MachineFacts(machine);
        var walks = new Dictionary<(int Cpu, AllocationRequest Request), (int[], int, int)>();
        foreach (var (cpu, index) in phase.Allocations)
        {
            var request = phase.Cpus[cpu].Requests[index];
            var slot = SlotOf(machine, phase.Cpus[cpu].Answers[index].Frame);
            if (!walks.TryGetValue((cpu, request.Allocate!), out var fair))
                walks[(cpu, request.Allocate!)] = fair = runs.FairPass(facts, cpu, request.Allocate!);
            runs._charges.Add(new(request.Nanoseconds - phase.Start, cpu, slot, 1 << request.Order, fair));
        }

        for (var cpu = 0; cpu < phase.Cpus.Count; cpu++) runs.Straighten(cpu);
        runs._charges.RemoveAll(charge => charge.Slot < 0);
        return runs;
    }

    /// <summary>One page of another zone between two of a zone is no change of zones: no batch is that short.</summary>
    private void Straighten(int cpu)
    {
        var own = Enumerable.Range(0, _charges.Count)
            .Where(index => _charges[index].Cpu == cpu && _charges[index].Pages == 1).ToList();
        for (var i = 1; i + 1 < own.Count; i++)
        {
            var (before, here, after) = (_charges[own[i - 1]], _charges[own[i]], _charges[own[i + 1]]);
            if (before.Slot != after.Slot || here.Slot == before.Slot) continue;
            if (!here.Fair.Slots.SequenceEqual(before.Fair.Slots) || !here.Fair.Slots.Contains(before.Slot)) continue;
            _charges[own[i]] = here with { Slot = before.Slot };
        }
    }

    /// <summary>Allocations that came from another zone than the batches say.</summary>
    /// <param name="ticks">Shape: index = CPU; default for no tick.</param>
    /// <param name="most">No more than this are counted.</param>
    /// <param name="run">Indices of the first of them and of the allocation before which batches were last
    /// reset.</param>
    public int Unexplained(
        IReadOnlyList<ImmutableArray<VirtualInstant>> ticks, int most, out (int Reset, int First) run)
    {
        run = (0, -1);
        Begin();
        var taken = new int[_delta.GetLength(0)];
        var unexplained = 0;
        for (var i = 0; i < _charges.Count; i++)
        {
            var charge = _charges[i];
            var ofCpu = ticks[charge.Cpu];
            while (!ofCpu.IsDefault && taken[charge.Cpu] < ofCpu.Length
                && ofCpu[taken[charge.Cpu]].Nanoseconds <= charge.At)
            {
                taken[charge.Cpu]++;
                for (var slot = 0; slot < _batch.Length; slot++) Fold(charge.Cpu, slot);
            }

            if (Array.IndexOf(charge.Fair.Slots, charge.Slot) >= 0)
            {
                var chosen = Choose(charge, out var reset);
                if (run.First < 0 && chosen != charge.Slot) run.First = i;
                if (run.First < 0 && reset) run.Reset = i;
                if (chosen != charge.Slot && ++unexplained >= most) return unexplained;
            }

            ChargeTo(charge);
        }

        return unexplained;
    }

    /// <summary>When an allocation was, from the phase's start. Unit: nanoseconds.</summary>
    public long At(int charge) => _charges[charge].At;

    /// <summary>When a CPU allocated, from the phase's start. Unit: nanoseconds.</summary>
    public IEnumerable<long> Instants(int cpu) =>
        _charges.Where(charge => charge.Cpu == cpu).Select(charge => charge.At);

    private static int SlotOf(MachineImage machine, long frame)
    {
        for (var slot = 0; slot < machine.Zones.Length; slot++)
        {
            if (frame >= machine.Zones[slot].Start.Value && frame < machine.Zones[slot].End.Value) return slot;
        }

        return -1;
    }

    private void Begin()
    {
        for (var slot = 0; slot < _batch.Length; slot++)
        {
            var state = _machine.Zones[slot].State;
            _batch[slot] = state?.FairBatch ?? 0;
            _spent[slot] = state?.FairDepleted ?? false;
            for (var cpu = 0; cpu < _delta.GetLength(0); cpu++)
                _delta[cpu, slot] = state?.Pagesets[cpu].FairDelta ?? 0;
        }
    }

    private int Choose(in Charge charge, out bool reset)
    {
        reset = false;
        foreach (var slot in charge.Fair.Slots)
        {
            if (!_spent[slot]) return slot;
        }

        reset = true;
        for (var slot = charge.Fair.First; slot <= charge.Fair.Preferred; slot++)
        {
            // Through the CPU's delta, as every change of the counter.
            _delta[charge.Cpu, slot] += (int)(_machine.Zones[slot].Tuning.FairBatch.Value - _batch[slot]);
            if (Math.Abs(_delta[charge.Cpu, slot]) > Threshold(slot)) Fold(charge.Cpu, slot);
            _spent[slot] = false;
        }

        return charge.Fair.Slots[0];
    }

    private void ChargeTo(in Charge charge)
    {
        _delta[charge.Cpu, charge.Slot] -= charge.Pages;
        if (Math.Abs(_delta[charge.Cpu, charge.Slot]) > Threshold(charge.Slot)) Fold(charge.Cpu, charge.Slot);
        _spent[charge.Slot] |= _batch[charge.Slot] <= 0;
    }

    private int Threshold(int slot) => _machine.Zones[slot].Tuning.StatThreshold;

    private void Fold(int cpu, int slot)
    {
        _batch[slot] += _delta[cpu, slot];
        _delta[cpu, slot] = 0;
    }

    /// <summary>Zones of the preferred node that a request may take, and that pass its check.</summary>
    private (int[] Slots, int First, int Preferred) FairPass(MachineFacts facts, int cpu, AllocationRequest request)
    {
        var walk = facts.Walk(
            request.PreferredNode ?? _machine.Cpus.NodeOf(new(cpu)), request.HighestZone(_machine.Release),
            request.ThisNodeOnly);
        var allowed = walk.Where(slot => request.IsAllowed(_machine.Zones[slot].Id.Node)).ToList();
        if (allowed.Count == 0) return ([], 0, 0);
        var preferred = allowed[0];
        var node = _machine.Zones[preferred].Id.Node;
        var first = Enumerable.Range(0, preferred + 1).First(slot => _machine.Zones[slot].Id.Node == node);
        return ([.. allowed.TakeWhile(slot => _machine.Zones[slot].Id.Node == node)
            .Where(slot => Passes(slot, preferred, request.Order))], first, preferred);
    }

    private bool Passes(int slot, int preferred, Order order)
    {
        if (_machine.Zones[slot].State is not { } state) return false;
        var tuning = _machine.Zones[slot].Tuning;
        var reserve = tuning.LowmemReserve[(int)_machine.Zones[preferred].Id.Kind].Value;
        return state.Folded > tuning.Marks.Low.Value + reserve
            && state.FreeLists.Any(list => list.Order >= order.Value && list.Frames.Length > 0);
    }
}
