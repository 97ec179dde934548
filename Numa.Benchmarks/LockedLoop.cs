using System.Collections.Concurrent;
using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Benchmarks;

/// <summary>The reference: the state machines of every host, with threads and a lock per zone for actors.</summary>
/// <remarks>No rounds and no time: a CPU serves its own visit at once, under the lock. Each thread runs its share
/// of the CPUs in turn.</remarks>
public sealed class LockedLoop
{
    /// <summary>As many steps in a row as a CPU's actor takes under the wall clock.</summary>
    private const int StepsPerTurn = 256;

    private readonly ConcurrentQueue<Signal>[] _inboxes;
    private readonly Lock[] _locks;
    private readonly int _threads;
    private Exception? _failure;

    /// <summary>Threads at work and signals under way: when there is neither, nothing can happen any more.</summary>
    private int _alive;

    public LockedLoop(SimulationPlan plan, int threads)
    {
        _threads = threads;
        Cpus = [.. Enumerable.Range(0, plan.CpuCount).Select(plan.MakeCpu)];
        Zones = [.. Enumerable.Range(0, plan.ZoneCount).Select(plan.MakeZone)];
        _locks = [.. Zones.Select(_ => new Lock())];
        _inboxes = [.. Enumerable.Range(0, threads).Select(_ => new ConcurrentQueue<Signal>())];
        foreach (var task in plan.Tasks) Cpus[task.Cpu.Value].Accept(SimulationPlan.StartOf(task));
    }

    public CpuProcess[] Cpus { get; }

    public ZoneProcess[] Zones { get; }

    public void Run()
    {
        _alive = _threads;
        var others = Enumerable.Range(1, _threads - 1).Select(index => new Thread(() => RunShare(index))).ToList();
        foreach (var thread in others) thread.Start();
        RunShare(0);
        foreach (var thread in others) thread.Join();
        if (_failure is not null) throw new InvalidOperationException("a thread of the locked loop failed", _failure);
    }

    private void RunShare(int thread)
    {
        try
        {
            var share = new Share(this, [.. Cpus.Where(cpu => cpu.Id % _threads == thread)], _inboxes[thread]);
            share.Run();
        }
        catch (Exception failure)
        {
            Volatile.Write(ref _failure, failure);
        }
    }

    /// <summary>The CPUs of one thread, and what they do to the rest.</summary>
    private sealed class Share(LockedLoop loop, CpuProcess[] cpus, ConcurrentQueue<Signal> inbox) : ICpuEffects
    {
        private static readonly Func<VirtualInstant> NoTime = () => VirtualInstant.Zero;

        public void Run()
        {
            var wait = new SpinWait();
            while (loop._failure is null)
            {
                if (RunAll())
                {
                    wait.Reset();
                    continue;
                }

                Interlocked.Decrement(ref loop._alive);
                while (inbox.IsEmpty)
                {
                    if (Volatile.Read(ref loop._alive) == 0 || loop._failure is not null) return;
                    wait.SpinOnce(sleep1Threshold: -1);
                }

                Interlocked.Increment(ref loop._alive);
            }
        }

        /// <returns>False when every CPU waits for another thread's.</returns>
        private bool RunAll()
        {
            var busy = false;
            while (inbox.TryDequeue(out var signal))
            {
                busy = true;
                loop.Cpus[signal.Receiver].Accept(signal);
                Interlocked.Decrement(ref loop._alive);
            }

            foreach (var cpu in cpus)
            {
                if (cpu.Next == VirtualInstant.Never) continue;
                busy = true;
                cpu.Run(VirtualInstant.Never, null, this, StepsPerTurn);
            }

            return busy;
        }

        void ICpuEffects.Send(ZoneVisit visit)
        {
            var zone = loop.Zones[visit.Zone];
            lock (loop._locks[visit.Zone])
            {
                zone.ServeNow(visit, VirtualInstant.Zero, NoTime);
                zone.Crossings.Clear();
            }

            loop.Cpus[visit.Cpu].Complete(visit);
        }

        void ICpuEffects.Send(Signal signal)
        {
            if (signal.Receiver % loop._threads == signal.Sender % loop._threads)
            {
                loop.Cpus[signal.Receiver].Accept(signal);
                return;
            }

            Interlocked.Increment(ref loop._alive);
            loop._inboxes[signal.Receiver % loop._threads].Enqueue(signal);
        }

        void ICpuEffects.Ended(SimulatedTask task, TaskEnd end, VirtualInstant at)
        {
        }
    }
}
