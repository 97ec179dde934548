using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>What the machine becomes while it runs, where that is not known beforehand. The home CPU takes the
/// operator's steps between two steps of tasks; every CPU takes note of a change when its signal comes.</remarks>
public sealed partial class CpuProcess
{
    private MachineOperator? _operator;
    private int _emptied;

    /// <summary>The machine as the CPU knows it.</summary>
    public MachineFacts Machine => _machine;

    /// <summary>This CPU is the one that the operator works on.</summary>
    internal void Seat(MachineOperator machineOperator)
    {
        _operator = machineOperator;
        foreach (var signal in machineOperator.Begin()) Accept(signal);
    }

    private void TakeMachineSignal(Signal signal)
    {
        switch (signal.Kind)
        {
            case SignalKind.Operate:
                if (_operator!.Due(signal.Zone)) _work.Enqueue(new(WorkKind.Operate));
                break;
            case SignalKind.MachineChanged:
                Adopt(signal.Facts!);
                break;
            case SignalKind.EmptyPageset:
                Adopt(signal.Facts!);
                _work.Enqueue(new(WorkKind.EmptyPageset, signal.Zone));
                _work.Enqueue(new(WorkKind.TellEmptied, signal.Zone));
                break;
            case SignalKind.PagesetEmptied:
                if (++_emptied < _machine.Image.Cpus.CpuCount) break;
                _emptied = 0;
                _work.Enqueue(new(WorkKind.Operate));
                break;
        }
    }

    private void DoMachineWork(WorkKind kind, int slot)
    {
        switch (kind)
        {
            case WorkKind.Operate:
                Operate();
                break;
            case WorkKind.EmptyPageset when _zones[slot] is { Pageset.Count: > 0 } zone:
                Drain(zone, zone.Pageset.Count, 0, Migratetype.Unmovable, Continuation.DrainRemote);
                break;
            case WorkKind.TellEmptied:
                SendSignal(MachineOperator.HomeCpu, SignalKind.PagesetEmptied, default);
                break;
        }
    }

    private void Operate()
    {
        if (_operator!.Next(_now) is not { } step) return;
        switch (step.Kind)
        {
            case OperatorStepKind.Visit:
                (_visit.HasCheck, _visit.Range, _visit.Facts) = (false, step.Range, step.Facts);
                Ask(Zone(step.Slot), step.Visit, Continuation.Operate);
                break;
            case OperatorStepKind.Tell:
                TellAll(SignalKind.MachineChanged, step);
                _work.Enqueue(new(WorkKind.Operate));
                break;
            case OperatorStepKind.EmptyPagesets:
                TellAll(SignalKind.EmptyPageset, step);
                break;
        }
    }

    private void OperatorReplied()
    {
        _operator!.Replied(_visit);
        _visit.Facts = null;
        _work.Enqueue(new(WorkKind.Operate));
    }

    private void TellAll(SignalKind kind, OperatorStep step)
    {
        for (var cpu = 0; cpu < _machine.Image.Cpus.CpuCount; cpu++)
            SendSignal(cpu, kind, default, zone: step.Slot, facts: step.Facts);
    }
}
