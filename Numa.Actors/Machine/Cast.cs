using Akka.Actor;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;

namespace Numa.Actors.Machine;

/// <summary>Who plays in a run and where they are found: every actor of a machine knows it.</summary>
/// <remarks>Filled in by the machine's actor before the first message goes out; read only from then on.</remarks>
public sealed class Cast
{
    /// <summary>Dispatcher of CPU, zone and clock actors: one thread for each core that a run may use.</summary>
    public const string Dispatcher = "numa.dispatcher";

    private readonly Action<CpuProcess>? _prepare;
    private readonly TimeProvider _time;
    private readonly long _began;

    /// <param name="groups">Each is played by one actor, in virtual time; null for an actor for each CPU, zone and
    /// node.</param>
    public Cast(SimulationPlan plan, bool isVirtual, Action<CpuProcess>? prepare, TimeProvider time,
        GroupMap? groups = null)
    {
        Core.Diagnostics.Invariant.Holds(groups is null || isVirtual);
        Core.Diagnostics.Invariant.Holds(plan.Costs.ThinkTakesTime == isVirtual);
        _prepare = prepare;
        Plan = plan;
        IsVirtual = isVirtual;
        _time = time;
        _began = time.GetTimestamp();
        IsGrouped = groups is not null;
        Groups = groups ?? GroupMap.Apart(plan.CpuCount, plan.ZoneCount);
        Bounds = isVirtual ? RoundBounds.Of(plan) : new(default, default, default, default);
        Cpus = new IActorRef[plan.CpuCount];
        Zones = new IActorRef[plan.ZoneCount];
        Tasks = new IActorRef[plan.Tasks.Count];
        NodeGroups = new IActorRef[IsGrouped ? Groups.Count : 0];
    }

    public SimulationPlan Plan { get; }

    /// <summary>Steps and services of a group's turn from which its actor, not the clock, plays it.</summary>
    public long WorthAThread { get; init; } = RoundLoop.AboutHundredMicroseconds;

    /// <summary>Rounds of virtual time, or else the wall clock.</summary>
    public bool IsVirtual { get; }

    /// <summary>A group's actor plays CPUs and zones, or else each is an actor, and a group, of its own.</summary>
    public bool IsGrouped { get; }

    public GroupMap Groups { get; }

    public RoundBounds Bounds { get; }

    /// <summary>How rounds of virtual time are kept.</summary>
    public RoundOptions Rounds { get; init; } = RoundOptions.Default;

    /// <summary>Shape: index = CPU number.</summary>
    public IActorRef[] Cpus { get; }

    /// <summary>Shape: index = slot of the zone.</summary>
    public IActorRef[] Zones { get; }

    /// <summary>Owners of the tasks. Shape: index = task number.</summary>
    public IActorRef[] Tasks { get; }

    /// <summary>Actors that play groups of nodes. Shape: index = group number.</summary>
    public IActorRef[] NodeGroups { get; }

    public IActorRef Clock { get; internal set; } = ActorRefs.Nobody;

    /// <summary>Attaches whoever observes the CPU.</summary>
    internal void Prepare(CpuProcess cpu) => _prepare?.Invoke(cpu);

    /// <summary>The actor that is a group of its own.</summary>
    public IActorRef Member(int group) => group < Cpus.Length ? Cpus[group] : Zones[group - Cpus.Length];

    /// <summary>Wall time since the run began, in the ticks of virtual time.</summary>
    public VirtualInstant WallNow() =>
        new((long)_time.GetElapsedTime(_began).TotalNanoseconds);
}
