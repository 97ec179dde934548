using Numa.Benchmarks.OneTell;
using Numa.Workloads.Scenarios;

namespace Numa.Benchmarks.Engine;

/// <summary>Who plays a load.</summary>
/// <param name="Prepare">Does what is not measured, and gives back what is.</param>
internal sealed record Contestant(string Name, Func<Load, Func<Played>> Prepare)
{
    public static Contestant Locked1 { get; } = Of(BenchmarkHost.Locked(1));
    public static Contestant Locked2 { get; } = Of(BenchmarkHost.Locked(2));
    public static Contestant Actors1 { get; } = Of(BenchmarkHost.Actors(1, SimulationClock.Virtual));
    public static Contestant Actors2 { get; } = Of(BenchmarkHost.Actors(2, SimulationClock.Virtual));
    public static Contestant Grouped1 { get; } = Of(BenchmarkHost.Grouped(1));
    public static Contestant Grouped2 { get; } = Of(BenchmarkHost.Grouped(2));
    public static Contestant Wall2 { get; } = Of(BenchmarkHost.Actors(2, SimulationClock.Wall));

    public static Contestant Tell1 { get; } = OneTell(1);

    public static Contestant Tell2 { get; } = OneTell(2);

    public static Contestant Minimal { get; } = new("minimal REF-1", load =>
    {
        var reference = new MinimalReference(load);
        return () => new(reference.Run(), null);
    });

    public static Contestant Of(BenchmarkHost host) => new(host.Name, load =>
    {
        var plan = load.Plan(host.Clock);
        return () => host.PlayOnce(plan);
    });

    private static Contestant OneTell(int threads) => new($"one Tell per operation {threads}", load =>
    {
        var plan = load.Plan(SimulationClock.Wall);
        return () => new(OneTellHost.Play(plan, threads), null);
    });
}
