using Numa.Actors.Machine;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Workloads.Scenarios;

namespace Numa.Benchmarks;

/// <summary>What a run did.</summary>
/// <param name="Visits">Of CPUs to zones; null where nobody counts them.</param>
public readonly record struct Played(long Operations, long? Visits);

/// <summary>A way to run a plan.</summary>
/// <param name="Name">Column of the table.</param>
/// <param name="Play">Makes the CPUs and zones, runs them, and gives them back.</param>
public sealed record BenchmarkHost(
    string Name, SimulationClock Clock, Func<SimulationPlan, (CpuProcess[] Cpus, ZoneProcess[] Zones)> Play)
{
    /// <summary>The first is the reference.</summary>
    public static IReadOnlyList<BenchmarkHost> All { get; } =
    [
        Locked(1),
        Locked(2),
        Loop("event loop", GroupMap.Single),
        Loop("rounds", GroupMap.Apart),
        Actors(1, SimulationClock.Virtual),
        Actors(2, SimulationClock.Virtual),
        Grouped(1),
        Grouped(2),
        Actors(2, SimulationClock.Wall),
    ];

    /// <summary>The hash of a run: the same under every host of virtual time.</summary>
    public string Hash(SimulationPlan plan)
    {
        var (cpus, zones) = Play(plan);
        return RunHash.Of(zones, cpus, plan.Tasks);
    }

    /// <summary>Runs a plan, and checks that no page was lost.</summary>
    public Played PlayOnce(SimulationPlan plan)
    {
        var (cpus, zones) = Play(plan);
        foreach (var account in PageAccount.Of(zones, cpus, plan.Tasks)) Invariant.Holds(account.Balances);
        return new(cpus.Sum(cpu => cpu.Counters.Operations), cpus.Sum(cpu => cpu.Counters.Visits));
    }

    public static BenchmarkHost Locked(int threads) => new($"locked {threads}", SimulationClock.Wall, plan =>
    {
        var loop = new LockedLoop(plan, threads);
        loop.Run();
        return (loop.Cpus, loop.Zones);
    });

    private static BenchmarkHost Loop(string name, Func<int, int, GroupMap> map) =>
        new(name, SimulationClock.Virtual, plan =>
        {
            var loop = new RoundLoop(plan, map(plan.CpuCount, plan.ZoneCount));
            loop.Run();
            return (loop.Cpus, loop.Zones);
        });

    public static BenchmarkHost Actors(int threads, SimulationClock clock) => Hosted(
        $"actors {threads}{(clock == SimulationClock.Virtual ? "" : " wall")}", threads, clock, groups: 0);

    public static BenchmarkHost Grouped(int threads) =>
        Hosted($"grouped {threads}", threads, SimulationClock.Virtual, groups: threads);

    private static BenchmarkHost Hosted(string name, int threads, SimulationClock clock, int groups) =>
        new(name, clock, plan =>
        {
            var outcome = SimulationHost.RunAsync(plan, threads, clock == SimulationClock.Virtual, groups: groups)
                .GetAwaiter().GetResult();
            return ([.. outcome.Cpus], [.. outcome.Zones]);
        });
}
