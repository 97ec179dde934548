using System.Runtime.CompilerServices;
using Numa.Core.Allocation;
using Numa.Core.Time;

namespace Numa.Core.Processes;

/// <remarks>Under a schedule seed every cost that the CPU charges grows by a draw of its own.</remarks>
public sealed partial class CpuProcess
{
    private readonly Dictionary<int, VirtualInstant> _lastSignals = [];
    private CostPerturbation _perturbation;

    private void Spend(VirtualDuration cost) => _now += _perturbation.IsOn ? Perturbed(cost) : cost;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VirtualDuration Perturbed(VirtualDuration cost) => new(_perturbation.Grow(cost.Nanoseconds));

    /// <summary>An allocation from the CPU's own list: as long as nothing is perturbed, all of them take the same, and
    /// none is told of.</summary>
    private void SpendOnHit(CpuZone zone, AllocationRequest request)
    {
        var begin = _now;
        Spend(_pagesetHit);
        Latency?.Invoke((_now - begin).Nanoseconds);
        Zero(zone, request);
    }

    /// <summary>No signal overtakes an earlier one to the same CPU: what is handed over lies in one queue.</summary>
    private VirtualInstant SignalArrival(int receiver)
    {
        var at = _now + new VirtualDuration(_perturbation.Grow(_costs.SignalLatency));
        if (!_perturbation.IsOn) return at;
        at = VirtualInstant.Max(at, _lastSignals.GetValueOrDefault(receiver));
        return _lastSignals[receiver] = at;
    }
}
