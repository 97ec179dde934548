using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using static Numa.Actors.Machine.MachineProtocol;
using Timeout = System.Threading.Timeout;

namespace Numa.Actors.Machine;

/// <summary>Plays plans with actors: one for each node, zone, CPU and task of the machine, or for groups of
/// nodes.</summary>
public sealed class SimulationHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ActorSystem _system;
    private int _played;

    private SimulationHost(IHost host)
    {
        _host = host;
        _system = host.Services.GetRequiredService<ActorSystem>();
    }

    /// <summary>Starts an actor system, in which one plan after the other may be played, or several at once.</summary>
    /// <param name="threads">Threads of the dispatcher that carries CPUs and zones; the result does not depend on
    /// it.</param>
    /// <param name="settings">Akka settings laid over the host's own; null for none.</param>
    public static async Task<SimulationHost> StartAsync(
        int threads, Config? settings = null, CancellationToken cancellation = default)
    {
        var own = Settings(threads);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.AddAkka("numa", akka => akka
            .AddHocon(settings is null ? own : settings.WithFallback(own), HoconAddMode.Prepend));
        var host = builder.Build();
        await host.StartAsync(cancellation).ConfigureAwait(false);
        return new(host);
    }

    /// <summary>Plays a plan to its end in an actor system of its own.</summary>
    /// <param name="threads">Threads of the dispatcher that carries CPUs and zones; the result does not depend on
    /// it.</param>
    /// <param name="isVirtual">Rounds of virtual time, or else the wall clock.</param>
    /// <param name="prepare">Called for each CPU before it runs, to attach observers.</param>
    /// <param name="groups">Groups of nodes, each played by one actor; 0 for an actor for each CPU, zone and
    /// node.</param>
    /// <param name="settings">Akka settings laid over the host's own; null for none.</param>
    /// <param name="worthAThread">Steps and services of a group's turn from which its actor, not the clock, plays
    /// it.</param>
    /// <param name="rounds">How rounds of virtual time are kept; null for as the costs allow.</param>
    /// <exception cref="Core.Diagnostics.InvariantBreachException">The simulator contradicts itself.</exception>
    /// <exception cref="SimulationFailedException">An actor was lost.</exception>
    public static async Task<SimulationOutcome> RunAsync(
        SimulationPlan plan,
        int threads,
        bool isVirtual,
        Action<CpuProcess>? prepare = null,
        int groups = 0,
        Config? settings = null,
        long worthAThread = RoundLoop.AboutHundredMicroseconds,
        TimeProvider? time = null,
        Action<ActorSystem>? started = null,
        RoundOptions? rounds = null,
        CancellationToken cancellation = default)
    {
        var host = await StartAsync(threads, settings, cancellation).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            var map = groups > 0 ? GroupMap.OfNodes(plan.Machine.Image, groups) : null;
            var cast = new Cast(plan, isVirtual, prepare, time ?? TimeProvider.System, map)
            {
                Rounds = rounds ?? RoundOptions.Default,
                WorthAThread = worthAThread,
            };
            return await host.PlayAsync(cast, started, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Plays a plan in virtual time to its end.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public Task<SimulationOutcome> PlayAsync(
        SimulationPlan plan, Action<CpuProcess>? prepare, CancellationToken cancellation) =>
        PlayAsync(new Cast(plan, isVirtual: true, prepare, TimeProvider.System), null, cancellation);

    /// <summary>Plays a plan in virtual time to its end.</summary>
    /// <param name="groups">Each is played by one actor; null for an actor for each CPU, zone and node.</param>
    /// <inheritdoc cref="RunAsync"/>
    public Task<SimulationOutcome> PlayAsync(
        SimulationPlan plan, GroupMap? groups, RoundOptions rounds,
        long worthAThread = RoundLoop.AboutHundredMicroseconds, CancellationToken cancellation = default)
    {
        var cast = new Cast(plan, isVirtual: true, null, TimeProvider.System, groups)
        {
            Rounds = rounds,
            WorthAThread = worthAThread,
        };
        return PlayAsync(cast, null, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        _host.Dispose();
    }

    private async Task<SimulationOutcome> PlayAsync(
        Cast cast, Action<ActorSystem>? started, CancellationToken cancellation)
    {
        var number = Interlocked.Increment(ref _played);
        var machine = _system.ActorOf(MachineActor.Props(cast), number == 1 ? "machine" : $"machine-{number}");
        try
        {
            var answer = machine.Ask<SimulationOutcome>(new Boot(), Timeout.InfiniteTimeSpan, cancellation);
            started?.Invoke(_system);
            return await answer.ConfigureAwait(false);
        }
        finally
        {
            _system.Stop(machine);
        }
    }

    /// <summary>Whoever runs a simulation decides when it ends; the host listens to no signal of the process.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
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
