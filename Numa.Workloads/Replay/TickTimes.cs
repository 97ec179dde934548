using System.Collections.Immutable;
using Numa.Core.Time;

namespace Numa.Workloads.Replay;

/// <summary>When each CPU's vmstat worker ran, from the only thing that shows it: blocks that it drained.</summary>
/// <remarks>
/// The worker comes once a second, at the same part of a second as long as the machine is up, and a little later where
/// the CPU was busy. So the phase of a CPU's tick is that of the drain which the most others follow closely, over all
/// phases of a capture. Where a drain shows a tick it is taken at its time; the others are taken on the second.
/// </remarks>
internal sealed class TickTimes
{
    private const long Second = 1_000_000_000;

    /// <summary>Drains further apart than this are of two passes.</summary>
    private const long Gap = 50_000_000;

    /// <summary>A drain that comes later after its second than this is no tick's.</summary>
    private const long Latest = 300_000_000;

    private readonly Dictionary<int, List<long>> _passes = [];
    private readonly Dictionary<int, long> _phaseOf = [];

    public TickTimes(IEnumerable<TracedPhase> phases)
    {
        foreach (var (nanoseconds, cpu, _) in phases.SelectMany(phase => phase.TimerDrains))
        {
            if (!_passes.TryGetValue(cpu, out var passes)) _passes[cpu] = passes = [];
            if (passes.Count == 0 || nanoseconds - passes[^1] > Gap) passes.Add(nanoseconds);
        }

        foreach (var (cpu, passes) in _passes)
        {
            _phaseOf[cpu] = passes.MaxBy(pass => (passes.Count(other => Part(other - pass) <= Gap), -Part(pass)))
                % Second;
        }
    }

    /// <summary>Instants of a CPU's ticks in a phase, from the phase's start.</summary>
    /// <param name="shown">How many of them a drain shows.</param>
    /// <returns>Default when no drain of the capture shows a tick of the CPU.</returns>
    public ImmutableArray<VirtualInstant> Of(TracedPhase phase, int cpu, out int shown)
    {
        shown = 0;
        if (!_phaseOf.TryGetValue(cpu, out var part)) return default;
        var ticks = ImmutableArray.CreateBuilder<VirtualInstant>();
        for (var nominal = phase.Start + Part(part - phase.Start); nominal <= phase.End; nominal += Second)
        {
            var pass = _passes[cpu].Find(pass => pass >= nominal && pass < nominal + Latest && pass <= phase.End);
            if (pass > 0) shown++;
            ticks.Add(new((pass > 0 ? pass : nominal) - phase.Start));
        }

        return ticks.ToImmutable();
    }

    private static long Part(long nanoseconds) => (nanoseconds % Second + Second) % Second;
}
