using Numa.Core.Boot;

namespace Numa.Workloads.Scenarios;

/// <summary>What is done with the memory that was taken first.</summary>
/// <remarks>Source: the benchmarks of LLFree (Wrenger and others, USENIX ATC 2023; bench/src/bin/bench.rs of
/// github.com/luhsra/llfree-rs).</remarks>
public enum BenchmarkPattern
{
    /// <summary>All of it is freed, the last block first.</summary>
    Bulk,

    /// <summary>It is kept, and one block more is allocated and freed again and again.</summary>
    Repeat,

    /// <summary>A random block of it is freed and another allocated in its place, again and again.</summary>
    Random,
}

/// <summary>The trio by which page allocators are compared.</summary>
/// <param name="Blocks">Taken first, by all tasks together.</param>
/// <param name="Operations">Allocations of each task after that; null: as many as it took first.</param>
public sealed record AllocatorBenchmarkWorkload(
    WorkloadBasis Basis, long Blocks, BenchmarkPattern Pattern, long? Operations) : Workload(Basis)
{
    public const string Kind = "allocator-benchmark";

    public override bool IsDrawn => Pattern == BenchmarkPattern.Random;

    /// <summary>What to take of the machine's memory, where the number is not given itself.</summary>
    public MemoryShare? Share { get; init; }

    public override Workload On(MachineImage machine) =>
        Share is null ? this : this with { Blocks = Share.Blocks(machine, Basis.Request.Order), Share = null };
}
