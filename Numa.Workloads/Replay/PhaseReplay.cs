using Numa.Actors.Machine;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>Feeds a phase's requests to a machine that begins with the lists of its kernel, and compares.</summary>
internal sealed class PhaseReplay
{
    /// <summary>No step takes long: the trace's clock tells when something happens, to the microsecond.</summary>
    internal static readonly CostModel Costs = CostModel.Default with
    {
        PagesetHit = 0, Way = 1, Refusal = 1, HoldBase = 1, HoldPerPage = 0, HoldPerSplit = 0, HoldPerMerge = 0,
        HandOver = 0, ZeroPerPage = 0, SignalLatency = 1000, Slice = long.MaxValue,
    };

    private readonly TracedPhase _phase;
    private readonly MachineImage _machine;
    private readonly MachineImage _before;
    private readonly TickTimes _ticks;
    private readonly ReplayTask[] _tasks;
    private readonly Adopter[] _adopters;
    private readonly ModelRecord[] _records;
    private readonly HeldBlocks _held;
    private readonly Prediction.Sheet _predictions;
    private readonly List<string> _notes = [];
    private string? _firstMismatch;
    private int _firstLine = int.MaxValue;

    /// <param name="ticks">Of the capture.</param>
    public PhaseReplay(TracedPhase phase, MachineImage machine, TickTimes ticks)
    {
        (_phase, _before, _ticks) = (phase, machine, ticks);
        _machine = FairDeltas.Infer(machine, phase, cpu => ticks.Of(phase, cpu, out _), out var inferred);
        if (inferred > 0)
            _notes.Add($"{inferred} unfolded parts of fair batches were inferred from where the trace leaves a zone");
        _held = new(phase.Allocations.Count, new(Costs.SignalLatency));
        _predictions = new(phase.Allocations.Count);
        _records = [.. phase.Cpus.Select(_ => new ModelRecord())];
        _adopters = [.. _records.Select(record => new Adopter(
            phase, record, _held, machine.Release.AllocatesInBulk, SlotOf))];
        var untraced = machine.Release.AllocatesInBulk
            ? new UntracedPages(phase.Cpus.Select(cpu => cpu.Requests), phase.Allocations.Count)
            : null;
        List<int> cpuOfAllocation = [.. phase.Allocations.Select(place => place.Cpu)];
        _tasks =
        [
            .. phase.Cpus.Select((cpu, number) => new ReplayTask(new(number), new(number), cpu.Requests,
                cpuOfAllocation, _predictions, _held, untraced, _adopters[number], SlotOf, phase.Start)),
        ];
        // Every request is made, however many share the last microsecond: the tasks end the run, and ticks end before.
        Plan = new SimulationPlan(_machine, _tasks, Costs, VirtualInstant.Never, [])
        {
            Ticks = ticks.UntilEnd(phase, _machine.Cpus.CpuCount),
        };
        for (var cpu = 0; cpu < _tasks.Length; cpu++)
        {
            if (phase.Cpus[cpu].Requests.Count > 0) _notes.Add(ticks.Describe(phase, cpu));
        }
    }

    /// <summary>The run that the phase is: one host may play it, once.</summary>
    public SimulationPlan Plan { get; }

    /// <summary>A frame for people.</summary>
    public static string Hex(long frame) => frame < 0 ? "none" : $"0x{frame:x}";

    /// <summary>Attaches what writes down the model's deeds; before the CPU runs.</summary>
    public void Prepare(CpuProcess cpu)
    {
        if (cpu.Id < _tasks.Length) _records[cpu.Id].Attach(cpu, () => _tasks[cpu.Id].Current);
    }

    /// <summary>Plays the phase with actors.</summary>
    /// <param name="after">Lists after the phase; null when there are none.</param>
    public async Task<PhaseResult> RunAsync(
        string name, AllocatorDump? after, SimulationHost host, CancellationToken cancellation)
    {
        var outcome = await host.PlayAsync(Plan, Prepare, cancellation).ConfigureAwait(false);
        var lists = Compare(after, outcome.Zones, outcome.Cpus);
        if (lists is { IsWhole: false } && _phase.WhileRead is { } whole)
        {
            // What the kernel did while its lists were read may stand in them.
            var later = new PhaseReplay(whole, _before, _ticks);
            outcome = await host.PlayAsync(later.Plan, later.Prepare, cancellation).ConfigureAwait(false);
            var corrected = lists.OrElse(later.Compare(after, outcome.Zones, outcome.Cpus)!, out var onlyLater);
            if (onlyLater > 0)
            {
                lists = corrected;
                _notes.Add($"{onlyLater} lists are equal only with what was done after the phase, while they were "
                    + "read");
            }
        }

        return Result(name, lists);
    }

    /// <summary>Holds what a host left against the kernel's lists.</summary>
    /// <param name="after">Null when there are none.</param>
    public ListComparison? Compare(
        AllocatorDump? after, IReadOnlyList<ZoneProcess> zones, IReadOnlyList<CpuProcess> cpus) =>
        after is null ? null : new(_machine, after, zones, cpus);

    /// <summary>Compares what a host played with what the kernel did.</summary>
    public PhaseResult Result(string name, ListComparison? lists)
    {
        List<Mismatch> mismatches = [.. _adopters.SelectMany(adopter => adopter.Mismatches)];
        var sorting = new MismatchSorting(_phase, _machine, mismatches, _held, SlotOf);
        if (mismatches.MinBy(mismatch => mismatch.Line) is { } first)
        {
            Differ(first.Line, $"order {first.Request.Order} {first.Request.Allocate!.Type}",
                $"{Hex(first.Recorded)} ({sorting.KernelsPage(first)})",
                $"{Hex(first.Prediction.Block?.Frame ?? -1)} ({first.ModelsReason})");
        }

        Agreement zones = default, frames = default, refills = default, drains = default, fallbacks = default;
        var predictions = new List<long>(_phase.Allocations.Count);
        for (var allocation = 0; allocation < _phase.Allocations.Count; allocation++)
        {
            var (cpu, index) = _phase.Allocations[allocation];
            var block = _predictions[allocation]?.Block;
            var recorded = _phase.Cpus[cpu].Answers[index].Frame;
            var frame = block?.Frame ?? -1;
            predictions.Add(frame);
            var sameFrame = frame == (recorded == 0 ? -1 : recorded);
            // Who told where interleaving begins is no evidence that it begins there.
            if (sameFrame && _phase.Starts.Lines.Contains(_phase.Cpus[cpu].Answers[index].Line)) continue;
            zones = zones.With((block?.Zone ?? -1) == (recorded == 0 ? -1 : SlotOf(recorded)));
            frames = frames.With(sameFrame);
        }

        for (var cpu = 0; cpu < _tasks.Length; cpu++)
        {
            for (var i = 0; i < _phase.Cpus[cpu].Answers.Count; i++)
            {
                var (ours, theirs) = (_records[cpu].Of(i), _phase.Cpus[cpu].Answers[i]);
                Compare(ref refills, "refill", theirs.Line, theirs.Taken, ours?.Taken);
                Compare(ref drains, "drain", theirs.Line, theirs.Drained, ours?.Drained);
                var fallen = ours?.Fallbacks ?? 0;
                if (theirs.Fallbacks + fallen == 0) continue;
                fallbacks = fallbacks.With(theirs.Fallbacks == fallen);
                if (theirs.Fallbacks != fallen) Differ(theirs.Line, "fallbacks", $"{theirs.Fallbacks}", $"{fallen}");
            }
        }

        return new(name, predictions.Count, zones, frames, refills, drains, fallbacks, lists?.FreeLists ?? default,
            lists?.Pagesets ?? default, _firstMismatch ?? lists?.First, Notes())
        {
            Frames = predictions,
            Pressure = PressureComparison.Compare(_phase, _machine, _records, _predictions, SlotOf),
            Mismatches = sorting.Counts(),
            Adopted = mismatches.Count(mismatch => mismatch.IsAdopted),
            NotFree = mismatches.Count(mismatch => mismatch.IsNotFree),
        };
    }

    private void Compare(ref Agreement sum, string what, int line, IReadOnlyList<long> recorded, List<long>? moved)
    {
        if (recorded.Count == 0 && moved is not { Count: > 0 }) return;
        var predicted = moved ?? [];
        var equal = recorded.SequenceEqual(predicted);
        sum = sum.With(equal);
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

    private List<string> Notes()
    {
        List<string> notes = [.. _notes];
        notes.AddRange(_phase.Starts.Notes());
        var nothing = _tasks.Sum(task => task.FreesOfNothing);
        if (nothing > 0)
        {
            notes.Add($"{nothing} frees were left out: of blocks that an untraced bulk allocation had taken, or that "
                + "the model could not allocate");
        }

        var untraced = _tasks.Sum(task => task.UntracedByRequests);
        if (untraced > 0)
        {
            notes.Add($"{untraced} pages were given to untraced bulk allocations: no event shows who took them, "
                + "and a worker frees them, four or more in a row");
        }

        var ahead = _tasks.Sum(task => task.UntracedByAnswers);
        if (ahead > 0)
        {
            notes.Add($"{ahead} pages ahead of the kernel's on the same list, always four or a multiple, were taken to "
                + "be an untraced bulk allocation's");
        }

        var moved = _adopters.Sum(adopter => adopter.CountersMoved);
        if (moved > 0)
        {
            notes.Add($"{moved} times a zone's free counter or fair batch was moved by what a CPU may not have folded, "
                + "after the kernel's page was of another zone");
        }

        if (_phase.Interrupted > 0)
            notes.Add($"{_phase.Interrupted} allocations were put before what an interrupt freed within them");
        if (_phase.Locked > 0)
        {
            notes.Add($"{_phase.Locked} frees of interrupts came while the pageset was locked, by where they stand in "
                + "refills and freed lists: to the buddy lists");
        }

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
