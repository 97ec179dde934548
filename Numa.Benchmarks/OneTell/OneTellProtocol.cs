using Akka.Actor;
using Numa.Core.Allocation;

namespace Numa.Benchmarks.OneTell;

/// <summary>What the actors of the naive design say to one another: a message for every operation.</summary>
internal static class OneTellProtocol
{
    /// <summary>To a CPU: run your task. Its sender hears <see cref="CpuDone"/>.</summary>
    public sealed record Begin;

    /// <summary>To a zone. Answer: <see cref="Granted"/> or <see cref="Refused"/>.</summary>
    public sealed record Allocate(int Cpu, AllocationRequest Request);

    /// <summary>To a zone. No answer.</summary>
    public sealed record Free(int Cpu, LiveBlock Block);

    public sealed record Granted(LiveBlock Block);

    public sealed record Refused;

    /// <summary>To every zone: this CPU sends nothing any more. Mailboxes keep the order of one sender.</summary>
    public sealed record NoMore(IActorRef ReportTo);

    /// <summary>From a CPU, once its task has exited.</summary>
    public sealed record CpuDone(long Operations);

    /// <summary>From a zone that has heard <see cref="NoMore"/> from every CPU.</summary>
    /// <param name="FreePages">On its lists and in the pagesets.</param>
    public sealed record ZoneDone(int Zone, long FreePages);
}
