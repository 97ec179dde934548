using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>What one CPU had charged to zones' fair batches and not folded when the phase began.</summary>
/// <remarks>No file shows it. It is inferred once for each zone of the CPU: the smallest delta with which the batch
/// runs out just where the trace first leaves the zone for another.</remarks>
internal static class FairDeltas
{
    /// <summary>The machine with the deltas that could be inferred.</summary>
    /// <param name="ticksOf">Ticks of each CPU's vmstat worker; null where none is known.</param>
    /// <param name="inferred">Their number.</param>
    public static MachineImage Infer(
        MachineImage machine, TracedPhase phase, Func<int, ImmutableArray<VirtualInstant>>? ticksOf, out int inferred)
    {
        inferred = 0;
        if (!machine.Release.FairZonePolicy) return machine;
        var zones = machine.Zones.ToBuilder();
        for (var slot = 0; slot < zones.Count; slot++)
        {
            for (var cpu = 0; cpu < phase.Cpus.Count; cpu++)
            {
                if (zones[slot].State is not { } state || state.FairDepleted) continue;
                var run = FirstRun(phase, cpu, machine.Zones[slot], machine.Release);
                if (run.Count == 0) continue;
                var ticks = ticksOf?.Invoke(cpu) ?? [];
                var threshold = zones[slot].Tuning.StatThreshold;
                for (var delta = 0; delta <= threshold; delta++)
                {
                    if (LastOf(run, ticks, state.FairBatch, delta, threshold) != run.Count - 1) continue;
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

    /// <summary>Time and pages of each allocation from a zone until the CPU goes on in another zone.</summary>
    /// <remarks>One page of another zone between two of this one is no change of zones: a batch lasts longer.</remarks>
    private static List<(VirtualInstant At, int Pages)> FirstRun(
        TracedPhase phase, int cpu, ZoneImage zone, KernelRelease release)
    {
        var run = new List<(VirtualInstant, int)>();
        (VirtualInstant, int)? astray = null;
        for (var i = 0; i < phase.Cpus[cpu].Requests.Count; i++)
        {
            var request = phase.Cpus[cpu].Requests[i];
            if (request.IsFree || request.Allocate!.HighestZone(release) < zone.Id.Kind) continue;
            var taken = (new VirtualInstant(request.Nanoseconds - phase.Start), 1 << request.Order);
            var frame = phase.Cpus[cpu].Answers[i].Frame;
            if (frame >= zone.Start.Value && frame < zone.End.Value)
            {
                if (astray is { } between) run.Add(between);
                astray = null;
                run.Add(taken);
            }
            else if (run.Count > 0)
            {
                if (astray is not null) return run;
                astray = taken;
            }
        }

        return [];
    }

    /// <summary>Index of the allocation with which the batch runs out, −1 when it does not.</summary>
    private static int LastOf(List<(VirtualInstant At, int Pages)> run, ImmutableArray<VirtualInstant> ticks,
        long batch, int delta, int threshold)
    {
        var taken = 0;
        for (var i = 0; i < run.Count; i++)
        {
            while (!ticks.IsDefault && taken < ticks.Length && ticks[taken] <= run[i].At)
            {
                taken++;
                batch -= delta;
                delta = 0;
            }

            delta += run[i].Pages;
            if (delta > threshold)
            {
                batch -= delta;
                delta = 0;
            }

            if (batch <= 0) return i;
        }

        return -1;
    }
}
