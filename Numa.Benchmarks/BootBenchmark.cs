using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Benchmarks;

/// <summary>What does it take to boot a machine, by its size?</summary>
/// <remarks>Boot is all up to zonelists and marks; zones are the free lists as boot leaves them.</remarks>
internal sealed class BootBenchmark(int runs)
{
    private static readonly (string Name, int Nodes, string PerNode)[] Machines =
        [("8 GiB, 2 nodes", 2, "4GiB"), ("1 TiB, 4 nodes", 4, "256GiB"), ("16 TiB, 64 nodes", 64, "256GiB")];

    public void Run(TextWriter output)
    {
        output.WriteLine("\n| machine | zones | boot, ms | boot, KiB | zones, ms | zones, KiB |");
        output.WriteLine("|---|--:|--:|--:|--:|--:|");
        foreach (var (name, nodes, perNode) in Machines)
        {
            var file = Describe(nodes, perNode);
            var boots = new List<Sample>();
            var zones = new List<Sample>();
            var zoneCount = 0;
            for (var run = -1; run < runs; run++)
            {
                BootedMachine? booted = null;
                var boot = Sample.Of(() => booted = MachineBoot.Boot(file.Machine, file.Boot, []));
                var plan = new SimulationPlan(booted!.Image, [], CostModel.Default, VirtualInstant.Never, []);
                ZoneProcess[] made = [];
                var making = Sample.Of(() => made = [.. Enumerable.Range(0, plan.ZoneCount).Select(plan.MakeZone)]);
                zoneCount = made.Length;
                if (run < 0) continue;
                boots.Add(boot);
                zones.Add(making);
            }

            output.WriteLine($"| {name} | {zoneCount} | {Cells(boots)} | {Cells(zones)} |");
        }
    }

    private static string Cells(List<Sample> samples) =>
        $"{Figure.Text(Sample.Median(samples.Select(sample => sample.Seconds)) * 1e3, "0.00")}"
        + $" | {Figure.Count((long)Sample.Median(samples.Select(sample => (double)sample.Bytes)) / 1024)}";

    /// <summary>One CPU per node: what a CPU costs belongs to the run.</summary>
    private static MachineFile Describe(int nodes, string perNode)
    {
        var text = "name: bench\nkernel: \"6.1\"\nnodes:\n"
            + string.Concat(Enumerable.Range(0, nodes).Select(n => $"  - {{memory: {perNode}, cpus: {n}}}\n"))
            + "distances:\n"
            + string.Concat(Enumerable.Range(0, nodes).Select(from => "  - ["
                + string.Join(", ", Enumerable.Range(0, nodes).Select(to => from == to ? 10 : 20)) + "]\n"));
        return ScenarioParser.ParseMachine(text, "bench.yaml");
    }
}
