using System.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Benchmarks.Engine;

/// <summary>How do speed, memory and start-up change with CPUs, nodes and memory?</summary>
internal sealed class ScaleBenchmark(int runs)
{
    private const long Operations = 16_000_000;

    /// <summary>From small to large, so that a peak belongs to the row that it stands in.</summary>
    private static readonly (int Nodes, int Cpus, long Gibibytes)[] Machines =
    [
        (2, 2, 16), (2, 64, 16), (2, 64, 1024), (16, 64, 1024), (16, 512, 1024), (64, 512, 1024), (64, 512, 16384),
        (64, 4096, 1024), (64, 4096, 16384),
    ];

    public void Run(TextWriter output)
    {
        var host = BenchmarkHost.Grouped(1);
        host.PlayOnce(new Load(LoadKind.Storm, 2, 64, Operations).Plan(SimulationClock.Virtual));
        output.WriteLine($"\nBy {host.Name}; {Figure.Count(Operations)} operations each.\n");
        output.WriteLine("| CPUs | nodes | GiB | boot, ms | start, ms"
            + " | order0, million/s (processor ns) | visits per 1000"
            + " | storm, million/s (processor ns) | visits per 1000"
            + " | alive after the storm, MiB | peak resident, MiB |");
        output.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var (nodes, cpus, gibibytes) in Machines)
        {
            var load = new Load(LoadKind.Order0, nodes, cpus, Operations)
            {
                MemoryPerNode = new((gibibytes << 30) / nodes),
            };
            var described = load.Describe();
            var boot = Median(() => Sample.Of(() => Load.IdlePlan(described)).Seconds);
            var idle = Load.IdlePlan(described);
            var start = Median(() => Sample.Of(() => host.PlayOnce(idle)).Seconds);
            var storm = load with { Kind = LoadKind.Storm };
            output.WriteLine($"| {cpus} | {nodes} | {gibibytes} | {Figure.Text(boot * 1e3, "0.0")}"
                + $" | {Figure.Text(start * 1e3, "0")} | {Speed(host, load)} | {Speed(host, storm)}"
                + $" | {Alive(host, storm)} | {PeakResident()} |");
        }
    }

    private double Median(Func<double> measure) => Sample.Median(Enumerable.Range(0, runs).Select(_ => measure()));

    /// <summary>Million operations per second, processor time of an operation, and visits in a thousand.</summary>
    private string Speed(BenchmarkHost host, Load load)
    {
        var match = new Match(Contestant.Of(host), load);
        for (var run = 0; run < runs; run++) match.Run();
        return $"{Figure.Text(Sample.Median(match.Rates) / 1e6, "0.0")}"
            + $" ({Figure.Text(1e9 / Sample.Median(match.ProcessorRates), "0")})"
            + $" | {Figure.Text(match.VisitsPerThousand ?? 0, "0.00")}";
    }

    /// <summary>Plan, tasks, CPUs and zones. Unit: MiB of managed memory.</summary>
    private static long Alive(BenchmarkHost host, Load load)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var plan = load.Plan(host.Clock);
        var played = host.Play(plan);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(plan);
        GC.KeepAlive(played);
        return (after - before) >> 20;
    }

    private static long PeakResident()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }
}
