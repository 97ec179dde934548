using Numa.Core.Processes;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Benchmarks;

/// <summary>How fast does each host run each scenario, beside plain threads and locks?</summary>
internal sealed class ScenarioBenchmark(int runs, string filter, string hostFilter)
{
    private const string Folder = "configs/scenarios";

    /// <summary>Runs once under every host before anything is measured, so that all code is compiled.</summary>
    private const string WarmUp = "contention-window";

    /// <summary>Minutes under every host: played only when it is asked for by name.</summary>
    private const string Largest = "big-storm";

    private sealed record Row(string Scenario, long Operations, Dictionary<string, List<Sample>> Samples,
        Dictionary<string, long> OperationsOf);

    public void Run(TextWriter output)
    {
        var hosts = BenchmarkHost.All.Where(host => host.Name.Contains(hostFilter, StringComparison.Ordinal)).ToList();
        var rows = new List<Row>();
        foreach (var host in hosts) Play(Path.Combine(Folder, $"{WarmUp}.yaml"), host, out _);
        foreach (var (name, file) in Files()) rows.Add(Measure(name, file, hosts));

        Write(output, "Operations per second, millions (in brackets: against the locked loop on one thread)", rows,
            (row, host, sample) => row.OperationsOf[host] / sample.Seconds / 1e6, faster: true);
        Write(output, "Processor time per operation, ns (in brackets: the locked loop's time on one thread against it)",
            rows, (row, host, sample) => sample.CpuSeconds * 1e9 / row.OperationsOf[host], faster: false);
        Write(output, "Bytes allocated per operation", rows,
            (row, host, sample) => (double)sample.Bytes / row.OperationsOf[host], faster: null);
    }

    /// <summary>Prints each scenario's hash, and whether the hosts of virtual time agree on it.</summary>
    public bool CheckHashes(TextWriter output)
    {
        var agreed = true;
        foreach (var (name, file) in Files())
        {
            var hashes = BenchmarkHost.All.Where(host => host.Clock == SimulationClock.Virtual)
                .Where(host => host.Name.Contains(hostFilter, StringComparison.Ordinal))
                .Select(host => host.Hash(Plan(file, host.Clock))).Distinct().ToList();
            agreed &= hashes.Count == 1;
            output.WriteLine($"{name}: {string.Join(" differs from ", hashes)}");
        }

        return agreed;
    }

    private Row Measure(string name, string file, IReadOnlyList<BenchmarkHost> hosts)
    {
        var row = new Row(name, 0, [], []);
        // All hosts in turn, then again: what else the machine does meanwhile falls on all of them.
        for (var run = 0; run < runs; run++)
        {
            foreach (var host in hosts)
            {
                var sample = Play(file, host, out var operations);
                if (!row.Samples.TryGetValue(host.Name, out var known)) row.Samples[host.Name] = known = [];
                known.Add(sample);
                row.OperationsOf[host.Name] = operations;
                Console.Error.WriteLine($"{name}, {host.Name}: {Figure.Text(sample.Seconds, "0.00")} s");
            }
        }

        var shown = hosts.FirstOrDefault(host => host.Clock == SimulationClock.Virtual) ?? hosts[0];
        return row with { Operations = row.OperationsOf.GetValueOrDefault(shown.Name) };
    }

    private static Sample Play(string file, BenchmarkHost host, out long operations)
    {
        var plan = Plan(file, host.Clock);
        long counted = 0;
        var sample = Sample.Of(() => counted = host.PlayOnce(plan).Operations);
        operations = counted;
        return sample;
    }

    private IEnumerable<(string Name, string File)> Files() =>
        from file in Directory.EnumerateFiles(Folder, "*.yaml").Order(StringComparer.Ordinal)
        let name = Path.GetFileNameWithoutExtension(file)
        where name.Contains(filter, StringComparison.Ordinal) && (name != Largest || filter.Length > 0)
        select (name, file);

    private static SimulationPlan Plan(string file, SimulationClock clock)
    {
        var scenario = ScenarioLoader.Load(file, []);
        var booted = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        return ScenarioPlan.Of(scenario, booted, scenario.Seed, clock);
    }

    private void Write(
        TextWriter output, string title, List<Row> rows, Func<Row, string, Sample, double> value, bool? faster)
    {
        var hosts = BenchmarkHost.All.Select(host => host.Name)
            .Where(host => host.Contains(hostFilter, StringComparison.Ordinal)).ToList();
        output.WriteLine($"\n{title}:\n");
        output.WriteLine($"| scenario | operations | {string.Join(" | ", hosts)} |");
        output.WriteLine($"|---|--:|{string.Concat(hosts.Select(_ => "--:|"))}");
        foreach (var row in rows)
        {
            double Of(string host) => Sample.Median(row.Samples[host].Select(sample => value(row, host, sample)));
            var cells = hosts.Select((host, column) =>
            {
                var figure = Of(host);
                var text = Figure.Text(figure, figure < 10 ? "0.00" : "0");
                if (faster is not { } more || column == 0) return text;
                var ratio = more ? figure / Of(hosts[0]) : Of(hosts[0]) / figure;
                return $"{text} ({Figure.Ratio(ratio)})";
            });
            output.WriteLine($"| {row.Scenario} | {Figure.Count(row.Operations)} | {string.Join(" | ", cells)} |");
        }
    }
}
