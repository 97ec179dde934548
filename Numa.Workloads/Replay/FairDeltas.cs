using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>What one CPU had charged to zones' fair batches and not folded when the phase began.</summary>
/// <remarks>No file shows it. It is inferred once for each zone of the CPU: the smallest delta with which the batch
/// runs out just where the trace first leaves the zone for another.</remarks>
internal static class FairDeltas
{
    /// <summary>The machine with the deltas that could be inferred.</summary>
    /// <param name="inferred">Their number.</param>
    public static MachineImage Infer(MachineImage machine, TracedPhase phase, Func<long, int> slotOf, out int inferred)
    {
        inferred = 0;
        if (!machine.Release.FairZonePolicy) return machine;
        var zones = machine.Zones.ToBuilder();
        for (var slot = 0; slot < zones.Count; slot++)
        {
            for (var cpu = 0; cpu < phase.Cpus.Count; cpu++)
            {
                if (zones[slot].State is not { } state || state.FairDepleted) continue;
                var run = FirstRun(phase, cpu, slot, slotOf);
                var threshold = zones[slot].Tuning.StatThreshold;
                for (var delta = 0; delta <= threshold; delta++)
                {
                    if (run.Count == 0 || LastOf(run, state.FairBatch, delta, threshold) != run.Count - 1) continue;
                    inferred++;
                    var pageset = state.Pagesets[cpu] with { FairDelta = -delta };
                    zones[slot] = zones[slot] with
                    {
                        State = state with { Pagesets = state.Pagesets.SetItem(cpu, pageset) },
                    };
                    break;
                }
            }
        }

        return machine with { Zones = zones.ToImmutable() };
    }

    /// <summary>Pages of each allocation from a zone until the CPU's first from another zone after it.</summary>
    private static List<int> FirstRun(TracedPhase phase, int cpu, int slot, Func<long, int> slotOf)
    {
        var run = new List<int>();
        for (var i = 0; i < phase.Cpus[cpu].Requests.Count; i++)
        {
            var request = phase.Cpus[cpu].Requests[i];
            if (request.IsFree) continue;
            if (slotOf(phase.Cpus[cpu].Answers[i].Frame) == slot) run.Add(1 << request.Order);
            else if (run.Count > 0) return run;
        }

        return [];
    }

    /// <summary>Index of the allocation with which the batch runs out, −1 when it does not.</summary>
    private static int LastOf(List<int> run, long batch, int delta, int threshold)
    {
        for (var i = 0; i < run.Count; i++)
        {
            delta += run[i];
            if (delta <= threshold) continue;
            batch -= delta;
            delta = 0;
            if (batch <= 0) return i;
        }

        return -1;
    }
}
