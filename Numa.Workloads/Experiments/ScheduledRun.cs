using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;

namespace Numa.Workloads.Experiments;

/// <summary>One interleaving of a plan, played to its end in one thread and checked.</summary>
internal sealed class ScheduledRun
{
    private ScheduledRun(SimulationPlan plan, RoundLoop loop, MessageTrail? trail, RunBreach? breach)
    {
        Plan = plan;
        Loop = loop;
        Trail = trail;
        Breach = breach;
    }

    public SimulationPlan Plan { get; }

    public RoundLoop Loop { get; }

    /// <summary>The last messages; null where nobody asked for them.</summary>
    public MessageTrail? Trail { get; }

    /// <summary>What broke first; null when nothing did.</summary>
    public RunBreach? Breach { get; }

    public long Operations => Loop.Cpus.Sum(cpu => cpu.Counters.Operations);

    /// <summary>Cut off here, the run still does all that it did.</summary>
    public VirtualInstant End => new(Loop.Cpus.Max(cpu => cpu.LastStep.Nanoseconds) + 1);

    /// <param name="prepare">Attaches whoever observes CPUs and zones.</param>
    public static ScheduledRun Play(
        SimulationPlan plan, Action<RoundLoop>? prepare, bool keepsTrail, CancellationToken cancellation)
    {
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        var trail = keepsTrail ? new MessageTrail(loop) : null;
        prepare?.Invoke(loop);
        return new(plan, loop, trail, FirstBreach(plan, loop, cancellation));
    }

    // A simulator that contradicts itself may end in any exception; each of them is a find.
    private static RunBreach? FirstBreach(SimulationPlan plan, RoundLoop loop, CancellationToken cancellation)
    {
        try
        {
            do cancellation.ThrowIfCancellationRequested();
            while (loop.Step());
            return RunCheck.FirstBreach(loop.Zones, loop.Cpus, plan.Tasks);
        }
        catch (InvariantBreachException breach)
        {
            var message = breach.Data[InvariantBreachException.MessageKey];
            var handling = message is null ? "" : $", handling {message}";
            return new("run", $"not true that {breach.Claim}{handling}", null);
        }
        catch (Exception error) when (error is not (OperationCanceledException or OutOfMemoryException))
        {
            return new("run", $"{error.GetType().Name}: {error.Message}", null);
        }
    }
}
