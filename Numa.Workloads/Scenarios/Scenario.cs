using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Hotplug;
using Numa.Core.Reclaim;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Workloads.Studies;

namespace Numa.Workloads.Scenarios;

/// <summary>Which clock a simulation runs under.</summary>
public enum SimulationClock
{
    /// <summary>Deterministic virtual time.</summary>
    Virtual,

    /// <summary>As messages come; not reproducible.</summary>
    Wall,
}

/// <summary>Pages taken from a zone before the run, until so many are left free.</summary>
/// <param name="Mark">Free pages equal this watermark; null when <paramref name="Pages"/> says how many.</param>
public sealed record Occupation(Located<ZoneId> Zone, WatermarkLevel? Mark, PageCount? Pages);

/// <summary>What happens to the machine while the scenario runs.</summary>
/// <param name="At">Virtual time from the start; under the wall clock, time of the host. Null where a workload gives
/// the sign.</param>
/// <param name="After">The workload whose first task gives the sign; null where the instant is known.</param>
/// <param name="Write">The sysctl that is written; null where memory comes or goes.</param>
/// <param name="Memory">The memory that comes or goes; null where a sysctl is written.</param>
public sealed record ScenarioEvent(
    VirtualDuration? At, WorkloadProgress? After, WrittenSysctl? Write, Located<MachineOperation>? Memory)
{
    /// <summary>What it does to the machine.</summary>
    public MachineOperation Operation =>
        Memory?.Value ?? new MachineOperation.Set(new(Write!.Name, Write.Value));
}

/// <summary>How far the first task of a workload has come.</summary>
/// <param name="Operations">Allocations and frees that it has done.</param>
public sealed record WorkloadProgress(Located<string> Workload, long Operations);

/// <summary>What to run: a machine, its settings and the workloads on it. Typed and valid in itself.</summary>
/// <param name="Boot">The scenario's own kernel and settings; a described machine has them applied already.</param>
/// <param name="Duration">Virtual time after which no operation begins; null: until all tasks have ended.</param>
/// <param name="Events">By ascending instant, those of the same instant in the order in which they are written; behind
/// them those that wait for a workload.</param>
/// <param name="Workloads">In the order in which they are written.</param>
/// <param name="Costs">Replaced constants of the cost model by name. Unit: nanoseconds.</param>
/// <param name="Compare">What <c>compare</c> varies when the command line says nothing.</param>
/// <param name="Notes">What had to be replaced, for people.</param>
public sealed record Scenario(
    string Name,
    string? About,
    MachineSource Machine,
    BootKeys Boot,
    ulong Seed,
    SimulationClock Clock,
    VirtualDuration? Duration,
    ImmutableArray<Occupation> Occupied,
    ImmutableArray<ScenarioEvent> Events,
    ImmutableArray<Workload> Workloads,
    ImmutableSortedDictionary<string, Located<long>> Costs,
    ImmutableArray<Variation> Compare,
    ImmutableArray<string> Notes)
{
    /// <summary>What is assumed of pages that reclaim may take.</summary>
    public ReclaimSettings? Reclaim { get; init; } = ReclaimSettings.None;

    /// <summary>Published figures to hold it against; null where there are none.</summary>
    public Study? Study { get; init; }
}

/// <summary>A machine that stands alone, without a scenario.</summary>
/// <param name="Notes">What had to be replaced, for people.</param>
public sealed record MachineFile(MachineSource Machine, BootKeys Boot, ImmutableArray<string> Notes);
