using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.Scenarios;

/// <summary>Makes an old machine of a fresh one: takes much memory in small blocks and frees some of them at
/// random.</summary>
/// <param name="Blocks">Of all tasks together.</param>
/// <param name="Types">Share of each migratetype among the allocations, in percent; 100 together.</param>
/// <param name="Freed">Share of the blocks that are freed again. Unit: percent.</param>
public sealed record AgingWorkload(
    WorkloadBasis Basis, long Blocks, ImmutableSortedDictionary<Migratetype, int> Types, int Freed) : Workload(Basis)
{
    public const string Kind = "aging";

    public override bool IsDrawn => true;

    /// <summary>What to take of the machine's memory, where the number is not given itself.</summary>
    public MemoryShare? Share { get; init; }

    public override Workload On(MachineImage machine) =>
        Share is null ? this : this with { Blocks = Share.Blocks(machine, Basis.Request.Order), Share = null };
}
