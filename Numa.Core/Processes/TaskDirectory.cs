using Numa.Core.Allocation;

namespace Numa.Core.Processes;

/// <summary>Where each task runs, and which tasks wait for which to exit.</summary>
/// <remarks>Shape: every array is indexed by task number. Immutable; shared by all CPUs.</remarks>
public sealed class TaskDirectory
{
    public TaskDirectory(IReadOnlyList<SimulatedTask> tasks)
    {
        CpuOfTask = new int[tasks.Count];
        Predecessors = new int[tasks.Count];
        var dependents = Enumerable.Range(0, tasks.Count).Select(_ => new List<TaskId>()).ToArray();
        foreach (var task in tasks)
        {
            CpuOfTask[task.Id.Value] = task.Cpu.Value;
            Predecessors[task.Id.Value] = task.After.Count;
            foreach (var before in task.After) dependents[before.Value].Add(task.Id);
        }

        Dependents = [.. dependents.Select(list => list.ToArray())];
    }

    internal int[] CpuOfTask { get; }

    internal int[] Predecessors { get; }

    internal TaskId[][] Dependents { get; }
}
