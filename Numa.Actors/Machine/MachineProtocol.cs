using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Actors.Machine;

/// <summary>What a machine's actor hears and says.</summary>
public static class MachineProtocol
{
    /// <summary>Boot the nodes, start the CPUs and the workloads.</summary>
    /// <remarks>Answer, at the end: <see cref="SimulationOutcome"/>.</remarks>
    public sealed record Boot;

    /// <summary>From itself, under the wall clock: see whether anybody can still go on.</summary>
    public sealed record PollCpus;

    /// <summary>End the run now. Answer to who asked for the boot: a failure.</summary>
    public sealed record Abort(string Reason);
}

/// <summary>Messages that one actor heard and decisions that it took.</summary>
public sealed record ActorTally(string Kind, string Name, long Messages, long Decisions);

/// <summary>A finished run: every process's state, back in one hand.</summary>
/// <param name="Zones">Shape: index = slot of the zone.</param>
/// <param name="Cpus">Shape: index = CPU number.</param>
/// <param name="Ends">How and when each task ended; tasks that never did are left out.</param>
/// <param name="Crossings">Ordered by instant, then zone.</param>
/// <param name="Time">Virtual time at the end; wall time under the wall clock.</param>
/// <param name="Rounds">0 under the wall clock.</param>
public sealed record SimulationOutcome(
    ImmutableArray<ZoneProcess> Zones,
    ImmutableArray<CpuProcess> Cpus,
    ImmutableDictionary<TaskId, (TaskEnd End, VirtualInstant At)> Ends,
    ImmutableArray<WatermarkCrossing> Crossings,
    ImmutableArray<ActorTally> Actors,
    VirtualInstant Time,
    long Rounds);
