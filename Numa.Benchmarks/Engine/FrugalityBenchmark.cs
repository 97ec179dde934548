using Numa.Actors.Machine;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Benchmarks.Engine;

/// <summary>How little memory and start-up does the engine need?</summary>
internal sealed class FrugalityBenchmark(int runs)
{
    private static readonly Load Largest = new(LoadKind.Order0, Nodes: 64, Cpus: 4096, Operations: 0)
    {
        MemoryPerNode = new(256L << 30),
    };

    public IEnumerable<Target> Targets(Contestant contestant, params IEnumerable<Load> loads)
    {
        foreach (var load in loads)
        {
            yield return new($"{contestant.Name}, {load.Name}, bytes allocated per operation, steady state", 1, 0.2,
                Repeat(() => SteadyBytes(contestant, load)));
        }

        yield return new("bytes for each page of a touched section", 9, 8, Repeat(BytesPerTouchedPage));
        var boots = Enumerable.Range(-1, runs + 1).Select(_ => Boot()).Skip(1).ToList();
        yield return new("boot of 16 TiB on 64 nodes, free lists included", 50, 5, [.. boots.Select(b => b.Seconds * 1e3)], " ms");
        yield return new("the same, allocated", 64, 8, [.. boots.Select(b => b.Bytes / (double)(1 << 20))], " MiB");
        yield return new("4096 CPU actors started, and ended with nothing to do", 0.4, 0.2, Repeat(StartActors), " s");
    }

    private double[] Repeat(Func<double> measure)
    {
        measure();
        return [.. Enumerable.Range(0, runs).Select(_ => measure())];
    }

    /// <summary>What the second half of a run allocates: set-up and what grows only at first are left out.</summary>
    private static double SteadyBytes(Contestant contestant, Load load)
    {
        var (half, halfBytes) = Play(load.Times(0.5));
        var (whole, wholeBytes) = Play(load);
        return Math.Max(0, wholeBytes - halfBytes) / (double)(whole - half);

        (long Operations, long Bytes) Play(Load part)
        {
            var play = contestant.Prepare(part);
            Played played = default;
            var sample = Sample.Of(() => played = play());
            return (played.Operations, sample.Bytes);
        }
    }

    /// <summary>Takes every page of a 1 GiB zone, one by one, and counts what stays allocated.</summary>
    private static double BytesPerTouchedPage()
    {
        var image = new Load(LoadKind.Order0, Nodes: 1, Cpus: 16, Operations: 0).Boot().Image;
        var zone = new Zone(image.Release, image.Zones.Single(zone => zone.Id.Kind == ZoneKind.DMA32));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Span<long> frame = stackalloc long[1];
        var work = default(BuddyWork);
        var pages = 0L;
        while (zone.Take(0, Migratetype.Movable, AllocationFlags.None, 1, frame, ref work) == 1) pages++;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Invariant.Holds(zone.FreePages == 0);
        GC.KeepAlive(zone);
        return bytes / (double)pages;
    }

    /// <summary>One CPU for each node: what a CPU costs belongs to the run.</summary>
    private static Sample Boot()
    {
        var load = Largest with { Cpus = Largest.Nodes };
        ZoneProcess[] zones = [];
        var sample = Sample.Of(() =>
        {
            var plan = load.IdlePlan();
            zones = [.. Enumerable.Range(0, plan.ZoneCount).Select(plan.MakeZone)];
        });
        GC.KeepAlive(zones);
        return sample;
    }

    private static double StartActors()
    {
        var plan = Largest.IdlePlan();
        return Sample.Of(() => BenchmarkHost.Actors(2, SimulationClock.Virtual).PlayOnce(plan)).Seconds;
    }
}
