using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Stress;

namespace Numa.Tests.Generators;

/// <summary>Small workloads of random kinds, with random lives, on a small machine.</summary>
internal static class StressedRun
{
    private static readonly SourcePlace Nowhere = new("", 0, 0);

    /// <param name="first">Number of the first task.</param>
    public static IEnumerable<SimulatedTask> Tasks(
        int first, int cpus, ImmutableArray<AllocationRequest> requests, ulong seed)
    {
        var random = new SeededRandom(seed);
        var number = first;
        for (var left = 1 + random.NextBelow(6); left > 0; left--)
        {
            var request = requests[(int)random.NextBelow(requests.Length)] with { Lru = null };
            var workload = Workload(ref random, request);
            var maker = new TaskMaker(workload, 1);
            var (own, partner) = (new TaskId(number++), new TaskId(number));
            var seeds = new SeedTree(random.NextUInt64());
            yield return maker.Make(0, own, new((int)random.NextBelow(cpus)), partner, seeds);
            if (workload.Partners is null) continue;
            number++;
            yield return maker.MakePartner(partner, new((int)random.NextBelow(cpus)), own, seeds.Child("partner"));
        }
    }

    private static Workload Workload(ref SeededRandom random, AllocationRequest request)
    {
        var kind = random.NextBelow(9);
        var basis = new WorkloadBasis("stress", Nowhere, new([], null, Nowhere), [], request, Nowhere,
            new(random.NextBelow(2) * random.NextBelow(4_000)));
        basis = basis with { Life = Life(ref random, hasPartner: kind is 0 or 8) };
        var count = 1 + random.NextBelow(60);
        return kind switch
        {
            0 => new NetworkReceiveWorkload(basis, Varying(ref random, 20_000), Varying(ref random, 12),
                Varying(ref random, 30_000), 1 + (int)random.NextBelow(20), 1 + random.NextBelow(12),
                random.NextBelow(2) == 0 ? null : new CpuChoice([], null, Nowhere)),
            1 => new HugePageWorkload(basis with { Request = request.As(GfpFlags.GfpHighUserMovable
                & ~GfpFlags.DirectReclaim, new(0)) }, 1 + random.NextBelow(3), (HugePageDefrag)random.NextBelow(5),
                random.NextBelow(2) == 0),
            2 => new SlabChurnWorkload(basis, ImmutableSortedDictionary<Order, int>.Empty.Add(new(0), 60)
                .Add(new(1), 40), (int)random.NextBelow(101), Varying(ref random, 40_000),
                1 + (int)random.NextBelow(30), count),
            3 => new AgingWorkload(basis, count, ImmutableSortedDictionary<Migratetype, int>.Empty
                .Add(Migratetype.Movable, 50).Add(Migratetype.Reclaimable, 20).Add(Migratetype.Unmovable, 30),
                (int)random.NextBelow(101)),
            4 => new ForkStormWorkload(basis, Varying(ref random, 6), (int)random.NextBelow(3),
                Varying(ref random, 30_000), 1 + (int)random.NextBelow(4), 1 + random.NextBelow(8)),
            5 => new AllocatorBenchmarkWorkload(basis, count, (BenchmarkPattern)random.NextBelow(3), count),
            6 => new StormWorkload(basis, 1 + random.NextBelow(20), (StormRelease)random.NextBelow(2), count),
            7 => new FillWorkload(basis, count),
            _ => new ProducerConsumerWorkload(basis, new([], null, Nowhere), 4, 1 + random.NextBelow(6), 2),
        };
    }

    private static ProgramLife Life(ref SeededRandom random, bool hasPartner)
    {
        VirtualDuration? Some(ref SeededRandom draws, long most) =>
            draws.NextBelow(3) == 0 ? new(draws.NextBelow(most)) : null;
        var failure = random.NextBelow(6);
        return new(new(random.NextBelow(2) * random.NextBelow(20_000)), Some(ref random, 200_000),
            hasPartner ? null : Some(ref random, 20_000), hasPartner ? 1 : 1 + (int)random.NextBelow(3),
            failure > 3 ? null : hasPartner ? OnFailure.End : (OnFailure)failure);
    }

    private static Distribution Varying(ref SeededRandom random, int most) => random.NextBelow(3) switch
    {
        0 => Distribution.Constant(random.NextBelow(most)),
        1 => new(DistributionShape.Uniform, 0, random.NextBelow(most)),
        // Other shapes take logarithms, and hosts are what is compared here, not platforms.
        _ => new(DistributionShape.Exponential, 1 + random.NextBelow(most)),
    };
}
