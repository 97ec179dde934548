using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Actors.Workloads;

/// <summary>What a workload's actor hears and says.</summary>
public static class WorkloadProtocol
{
    /// <summary>The machine is up: give the task to its CPU. No answer.</summary>
    public sealed record BeginWork;

    /// <summary>From the CPU: the task back, at its end.</summary>
    public sealed record TaskReturned(SimulatedTask Task, TaskEnd End, VirtualInstant At);

    /// <summary>To the machine: the task is at its end.</summary>
    public sealed record WorkDone(TaskId Task);

    /// <summary>The run is over. Answer: <see cref="WorkClosed"/>.</summary>
    public sealed record CloseWork;

    /// <summary>Answers <see cref="CloseWork"/>; End is null for a task that never ended.</summary>
    public sealed record WorkClosed(TaskId Task, TaskEnd? End, VirtualInstant At, long Messages, long Decisions);
}
