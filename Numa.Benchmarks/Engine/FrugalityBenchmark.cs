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

    /// <summary>Boots until the runtime has compiled the code at its second tier.</summary>
    private const int BootWarmUps = 40;

    public IEnumerable<Target> Targets(Contestant contestant, params IEnumerable<Load> loads)
    {
        foreach (var load in loads)
        {
            yield return new($"{contestant.Name}, {load.Name}, bytes allocated per operation, steady state", 1, 0.2,
                Repeat(() => SteadyBytes(contestant, load)));
        }

        yield return new("bytes for each page of a touched section", 9, 8, Repeat(BytesPerTouchedPage));
        var boots = Enumerable.Range(0, BootWarmUps + runs).Select(_ => Boot()).Skip(BootWarmUps).ToList();
        yield return new("boot of 16 TiB on 64 nodes, free lists included", 50, 5,
            [.. boots.Select(boot => boot.Seconds * 1e3)], " ms");
        yield return new("the same, allocated", 64, 8,
            [.. boots.Select(boot => boot.Bytes / (double)(1 << 20))], " MiB");
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

    /// <summary>Takes all of a zone of 1 GiB page by page, and counts what stays allocated for each page in its
    /// span.</summary>
    private static double BytesPerTouchedPage()
    {
        var machine = Load.IdlePlan(new Load(LoadKind.Order0, Nodes: 2, Cpus: 64, Operations: 0).Describe()).Machine;
        var id = new ZoneId(new(1), ZoneKind.Movable);
        var zone = new Zone(machine.Release, machine.Zones.Single(image => image.Id == id));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Span<long> frame = stackalloc long[1];
        var work = default(BuddyWork);
        while (zone.Take(0, Migratetype.Movable, AllocationFlags.None, 1, frame, ref work) == 1)
        {
        }

        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Invariant.Holds(zone.FreePages == 0);
        GC.KeepAlive(zone);
        return bytes / (double)zone.Image.Spanned.Value;
    }

    /// <summary>One CPU for each node: what a CPU costs belongs to the run.</summary>
    private static Sample Boot()
    {
        var machine = (Largest with { Cpus = Largest.Nodes }).Describe();
        ZoneProcess[] zones = [];
        var sample = Sample.Of(() =>
        {
            var plan = Load.IdlePlan(machine);
            zones = [.. Enumerable.Range(0, plan.ZoneCount).Select(plan.MakeZone)];
        });
        GC.KeepAlive(zones);
        return sample;
    }

    private static double StartActors()
    {
        var plan = Load.IdlePlan(Largest.Describe());
        return Sample.Of(() => BenchmarkHost.Actors(2, SimulationClock.Virtual).PlayOnce(plan)).Seconds;
    }
}
