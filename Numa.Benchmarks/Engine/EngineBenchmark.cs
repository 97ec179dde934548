using static Numa.Benchmarks.Engine.Contestant;

namespace Numa.Benchmarks.Engine;

/// <summary>Does the engine reach its targets on this machine?</summary>
/// <param name="filter">Part of a match's name: only such are played, and only their rates shown; empty for
/// all.</param>
internal sealed class EngineBenchmark(int runs, string filter)
{
    // So many operations that a run of a good host takes about a second.
    private static readonly Load Order0 = new(LoadKind.Order0, Nodes: 2, Cpus: 64, Operations: 32_000_000);
    private static readonly Load Mixed = Order0 with { Kind = LoadKind.Mixed, Operations = 16_000_000 };
    private static readonly Load Storm = Order0 with { Kind = LoadKind.Storm, Operations = 16_000_000 };
    private static readonly Load Order0On512 = Order0 with { Nodes = 8, Cpus = 512 };
    private static readonly Load StormOn512 = Storm with { Nodes = 8, Cpus = 512 };
    private static readonly Load Order0On4096 = Order0 with { Nodes = 64, Cpus = 4096, Operations = 64_000_000 };

    /// <summary>Its pagesets keep more of mixed orders.</summary>
    private const string Recent = "6.12";

    private readonly List<Match> _matches = [];

    public void Run(TextWriter output, TextWriter progress)
    {
        var reference = Enter(Locked1, Order0);
        var reference2 = Enter(Locked2, Order0);
        var minimal = Enter(Minimal, Order0);
        var actors = Enter(Actors1, Order0);
        var grouped = Enter(Grouped1, Order0);
        var wall = Enter(Wall2, Order0);
        var tell = Enter(Tell1, Order0.Times(0.1));
        var tell2 = Enter(Tell2, Order0.Times(0.1));
        var large = Enter(Grouped1, Order0On512);
        var large2 = Enter(Grouped2, Order0On512);
        var largest = Enter(Grouped1, Order0On4096);
        var recent = Enter(Grouped1, Order0 with { Kernel = Recent });
        var recentMixed = Enter(Grouped1, Mixed with { Kernel = Recent });
        var mixedReference = Enter(Locked1, Mixed);
        var mixed = Enter(Grouped1, Mixed);
        var stormReference = Enter(Locked1, Storm);
        var stormActors = Enter(Actors1, Storm);
        var storm = Enter(Grouped1, Storm);
        var largeStorm = Enter(Grouped1, StormOn512);
        var largeStorm2 = Enter(Grouped2, StormOn512);
        var mixedMinimal = Enter(Minimal, Mixed);
        Enter(Actors2, Order0);
        Enter(Grouped2, Order0);
        Enter(Actors1, Mixed);
        Enter(Wall2, Storm);
        _matches.RemoveAll(match => !match.Name.Contains(filter, StringComparison.Ordinal));
        PlayAll(progress);
        WriteRates(output);
        if (filter.Length > 0) return;
        WriteTargets(output,
        [
            Target.Ratio("actors, 1 thread, 64 CPUs, order0, against the reference", 0.4, 0.6, actors, reference),
            Target.Ratio("grouped, 1 thread, 64 CPUs, order0, against the reference", 0.7, 1.0, grouped, reference),
            Target.Ratio("grouped, 512 CPUs on 8 nodes, against its own 64 CPUs", 0.6, 0.8, large, grouped),
            Target.Ratio("grouped, 4096 CPUs on 64 nodes, against its own 64 CPUs", 0.3, 0.7, largest, grouped),
            Target.Ratio("grouped, 2 threads against 1, 512 CPUs, order0", 1.1, 1.6, large2, large),
            Target.Ratio("wall clock, 2 threads, against the reference on 2", 0.5, 1.2, wall, reference2),
            Target.Ratio("grouped, 1 thread, against one Tell per operation", 8, 12, grouped, tell),
            Target.Ratio("wall clock, 2 threads, against one Tell per operation on 2", 8, 12, wall, tell2),
            Target.Ratio("reference, order0, against a minimal REF-1", 0.5, 0.7, reference, minimal),
            Target.Ratio("grouped, 1 thread, mixed orders against order0", 0.5, 0.6, mixed, grouped),
            Target.Ratio("the same by the rules of 6.12", 0.5, 0.6, recentMixed, recent),
            .. new FrugalityBenchmark(runs).Targets(Grouped1, Order0, Storm),
        ]);
        output.WriteLine("\nNo targets, but where visits are many:\n");
        WriteTargets(output,
        [
            Target.Ratio("actors, 1 thread, storm, against the reference", 0.4, 0.6, stormActors, stormReference),
            Target.Ratio("grouped, 1 thread, storm, against the reference", 0.7, 1.0, storm, stormReference),
            Target.Ratio("grouped, 1 thread, mixed, against the reference", 0.7, 1.0, mixed, mixedReference),
            Target.Ratio("reference, mixed, against a minimal REF-1", 0.5, 0.7, mixedReference, mixedMinimal),
            Target.Ratio("grouped, 512 CPUs, storm, against its own 64 CPUs", 0.6, 0.8, largeStorm, storm),
            Target.Ratio("grouped, 2 threads against 1, 512 CPUs, storm", 1.1, 1.6, largeStorm2, largeStorm),
        ]);
    }

    private Match Enter(Contestant contestant, Load load)
    {
        var match = new Match(contestant, load);
        _matches.Add(match);
        return match;
    }

    /// <summary>All in turn, then again: what else the machine does meanwhile falls on all of them.</summary>
    private void PlayAll(TextWriter progress)
    {
        for (var run = -1; run < runs; run++)
        {
            foreach (var match in _matches)
            {
                if (run < 0) match.WarmUp();
                else match.Run();
            }

            progress.WriteLine(run < 0 ? "warm-up done" : $"run {run + 1} of {runs} done");
        }
    }

    private void WriteRates(TextWriter output)
    {
        output.WriteLine("\n| load | played by | operations | visits per 1000 | million operations/s | spread"
            + " | processor ns/operation | bytes/operation |");
        output.WriteLine("|---|---|--:|--:|--:|--:|--:|--:|");
        foreach (var match in _matches.OrderBy(match => match.Load.Kind).ThenBy(match => match.Load.Cpus))
        {
            var rates = match.Rates.Select(rate => rate / 1e6).ToList();
            output.WriteLine($"| {match.Load.Name} | {match.Contestant.Name} | {Figure.Count(match.Operations)}"
                + $" | {(match.VisitsPerThousand is { } visits ? Figure.Text(visits, "0.00") : "")}"
                + $" | {Figure.Text(Sample.Median(rates), "0.0")}"
                + $" | {Figure.Text(rates.Min(), "0.0")}–{Figure.Text(rates.Max(), "0.0")}"
                + $" | {Figure.Text(1e9 / Sample.Median(match.ProcessorRates), "0")}"
                + $" | {Figure.Text(match.BytesPerOperation, "0.00")} |");
        }

        output.WriteLine();
    }

    private static void WriteTargets(TextWriter output, IEnumerable<Target> targets)
    {
        output.WriteLine(Target.Header);
        foreach (var target in targets) output.WriteLine(target.Row());
    }
}
