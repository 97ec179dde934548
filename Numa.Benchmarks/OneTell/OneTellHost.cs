using Akka.Actor;
using Akka.Configuration;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using static Numa.Benchmarks.OneTell.OneTellProtocol;

namespace Numa.Benchmarks.OneTell;

/// <summary>The naive design, as a baseline: an actor for each CPU and zone, a message for every operation.</summary>
/// <remarks>Zones and pagesets of Numa.Core do the work, on the dispatcher that the real hosts use. No virtual time, no
/// ledger, no counters.</remarks>
internal static class OneTellHost
{
    /// <summary>Plays a plan with one task on each CPU.</summary>
    /// <returns>Operations, after a check that no page was lost.</returns>
    public static long Play(SimulationPlan plan, int threads)
    {
        using var system = ActorSystem.Create("one-tell", Settings(threads));
        var ended = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.CreateBy(new Producer(() => new MachineActor(plan, ended))).WithDispatcher(Dispatcher));
        var operations = ended.Task.GetAwaiter().GetResult();
        system.Terminate().GetAwaiter().GetResult();
        return operations;
    }

    private const string Dispatcher = "one-tell-dispatcher";

    private static Config Settings(int threads) => ConfigurationFactory.ParseString($$"""
        akka { loglevel = WARNING, stdout-loglevel = OFF, loggers = [] }
        {{Dispatcher}} {
          type = ForkJoinDispatcher
          throughput = 100
          dedicated-thread-pool { thread-count = {{threads}}, threadtype = background }
        }
        """);

    /// <summary>Makes CPUs and zones, and collects what they report.</summary>
    private sealed class MachineActor : ReceiveActor
    {
        private readonly SimulationPlan _plan;
        private readonly TaskCompletionSource<long> _ended;
        private readonly long[] _freePages;
        private int _cpusLeft;
        private int _zonesLeft;
        private long _operations;

        public MachineActor(SimulationPlan plan, TaskCompletionSource<long> ended)
        {
            (_plan, _ended) = (plan, ended);
            (_cpusLeft, _zonesLeft) = (plan.Tasks.Count, plan.ZoneCount);
            _freePages = new long[plan.ZoneCount];
            Receive<CpuDone>(done =>
            {
                _operations += done.Operations;
                _cpusLeft--;
                EndIfAllDid();
            });
            Receive<ZoneDone>(done =>
            {
                _freePages[done.Zone] = done.FreePages;
                _zonesLeft--;
                EndIfAllDid();
            });
        }

        protected override void PreStart()
        {
            var zones = Enumerable.Range(0, _plan.ZoneCount)
                .Select(slot => Start(() => new OneTellZoneActor(_plan, slot))).ToArray();
            foreach (var task in _plan.Tasks)
                Start(() => new OneTellCpuActor(_plan, task, zones)).Tell(new Begin(), Self);
        }

        // A lost actor is a wrong baseline: nothing is restarted.
        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
        {
            _ended.TrySetException(failure);
            return Directive.Stop;
        });

        private static IActorRef Start(Func<ActorBase> make) =>
            Context.ActorOf(Props.CreateBy(new Producer(make)).WithDispatcher(Dispatcher));

        private void EndIfAllDid()
        {
            if (_cpusLeft > 0 || _zonesLeft > 0) return;
            var held = new long[_freePages.Length];
            foreach (var block in _plan.Tasks.SelectMany(task => task.LiveBlocks())) held[block.Zone] += block.Pages;
            for (var slot = 0; slot < held.Length; slot++)
            {
                if (_freePages[slot] + held[slot] == _plan.Machine.Zones[slot].Freed.Value) continue;
                _ended.TrySetException(new InvariantBreachException($"zone {slot} lost pages"));
                return;
            }

            _ended.TrySetResult(_operations);
        }
    }

    /// <summary>Makes an actor by a function, which is cheaper than reflection.</summary>
    private sealed class Producer(Func<ActorBase> make) : IIndirectActorProducer
    {
        public Type ActorType => typeof(ActorBase);

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
        }
    }
}
