using Numa.Core.Addressing;
using Numa.Core.Allocation;

namespace Numa.Core.Processes;

public sealed partial class CpuProcess
{
    /// <summary>Notes which zones a signal may make the CPU ask.</summary>
    private void Foresee(Signal signal)
    {
        if (Reach.IsOpen) return;
        switch (signal.Kind)
        {
            case SignalKind.StartTask when signal.Program!.Requests is { } requests:
                foreach (var request in requests) Foresee(request);
                break;
            case SignalKind.StartTask:
                Reach.Open();
                break;
            case SignalKind.HandOver:
                foreach (var block in signal.Blocks ?? []) Reach.Add(block.Zone);
                break;
            case SignalKind.WakeKswapd:
                // Whether it wakes is judged by asking every zone of the node.
                var node = _machine.Zones[signal.Zone].Id.Node;
                for (var slot = 0; slot < _zones.Length; slot++)
                {
                    if (_machine.Zones[slot].Id.Node == node) Reach.Add(slot);
                }

                break;
        }
    }

    private void Foresee(AllocationRequest request)
    {
        // How much of a zone larger blocks use up in a time is not bounded, and policies choose other lists.
        if (request.Order.Value > 0 || request.Policy is not null || !request.MemsAllowed.IsDefaultOrEmpty
            || !request.AllowedNodes.IsDefaultOrEmpty)
        {
            Reach.Open();
            return;
        }

        for (var machine = _machine; machine is not null; machine = machine.Next)
        {
            var list = machine.Walk(
                request.PreferredNode ?? Node, request.HighestZone(machine.Release), request.ThisNodeOnly);
            if (list.Length == 0) continue;
            Reach.AddFirst(list[0]);
            if (request.Lru is not null) ForeseeLru(list[0]);
        }
    }

    /// <summary>Pages of the zone go to its LRU, and what is taken off that is of any of its zones.</summary>
    private void ForeseeLru(int zone)
    {
        for (var slot = 0; slot < _zones.Length; slot++)
        {
            if (_machine.LruOf(slot) == _machine.LruOf(zone)) Reach.Add(slot);
        }
    }
}
