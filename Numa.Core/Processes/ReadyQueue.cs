using System.Collections;
using Numa.Core.Allocation;

namespace Numa.Core.Processes;

/// <summary>Tasks that could run on a CPU now, in the order in which they will.</summary>
internal sealed class ReadyQueue : IEnumerable<SimulatedTask>
{
    private readonly Queue<SimulatedTask> _first = new();
    private readonly Queue<SimulatedTask> _queue = new();

    public int Count => _first.Count + _queue.Count;

    public void Enqueue(SimulatedTask task) => _queue.Enqueue(task);

    /// <summary>Puts a task before all that wait, but for those that were put there before.</summary>
    public void EnqueueFirst(SimulatedTask task) => _first.Enqueue(task);

    public bool TryDequeue(out SimulatedTask? task) => _first.TryDequeue(out task) || _queue.TryDequeue(out task);

    public IEnumerator<SimulatedTask> GetEnumerator() => _first.Concat(_queue).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
