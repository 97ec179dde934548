using Akka.Actor;
using Akka.Configuration;
using Numa.Core.Processes;
using static Numa.Actors.Machine.MachineProtocol;

namespace Numa.Actors.Machine;

/// <summary>Plays a plan with actors: one for each node, zone, CPU and task of the machine.</summary>
public static class SimulationHost
{
    /// <summary>Runs a plan to its end.</summary>
    /// <param name="threads">Threads of the dispatcher that carries CPUs and zones; the result does not depend on it.</param>
    /// <param name="isVirtual">Rounds of virtual time, or else the wall clock.</param>
    /// <param name="prepare">Called for each CPU before it runs, to attach observers.</param>
    /// <param name="settings">Akka settings laid over the host's own; null for none.</param>
    /// <exception cref="Core.Diagnostics.InvariantBreachException">The simulator contradicts itself.</exception>
    /// <exception cref="SimulationFailedException">An actor was lost.</exception>
    public static async Task<SimulationOutcome> RunAsync(
        SimulationPlan plan,
        int threads,
        bool isVirtual,
        Action<CpuProcess>? prepare = null,
        Config? settings = null,
        TimeProvider? time = null,
        Action<ActorSystem>? started = null,
        CancellationToken cancellation = default)
    {
        var own = Settings(threads);
        var system = ActorSystem.Create("numa", settings is null ? own : settings.WithFallback(own));
        try
        {
            var cast = new Cast(plan, isVirtual, prepare, time ?? TimeProvider.System);
            var machine = system.ActorOf(MachineActor.Props(cast), "machine");
            var answer = machine.Ask<SimulationOutcome>(new Boot(), System.Threading.Timeout.InfiniteTimeSpan, cancellation);
            started?.Invoke(system);
            return await answer.ConfigureAwait(false);
        }
        finally
        {
            await system.Terminate().ConfigureAwait(false);
        }
    }

    private static Config Settings(int threads) => ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = []
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          coordinated-shutdown.exit-clr = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
        }
        {{Cast.Dispatcher}} {
          type = ForkJoinDispatcher
          throughput = 100
          dedicated-thread-pool {
            thread-count = {{threads}}
            threadtype = background
          }
        }
        """);
}
