namespace Numa.Workloads.Replay;

/// <summary>Pages that a phase frees though none of its events took them: what a bulk allocation took, told by the
/// requests alone.</summary>
/// <remarks>A kernel stack is four pages, which one of the kernel's workers frees one after the other. Fewer in a row,
/// or frees of other tasks, prove nothing.</remarks>
internal sealed class UntracedPages
{
    /// <summary>Pages of a kernel stack.</summary>
    public const int Stack = 4;

    // When each page is freed, ascending.
    private readonly Dictionary<long, List<long>> _frees = [];

    // When each allocation ends; one that is not freed whole, or not at all, never does.
    private readonly long[] _ends;

    // When tasks were first seen that had a higher number than all before, ascending: each has a new stack.
    private readonly List<long> _newTasks = [];

    /// <param name="cpus">Requests of each CPU, by ascending time.</param>
    public UntracedPages(IEnumerable<IReadOnlyList<ReplayRequest>> cpus, int allocations)
    {
        _ends = new long[allocations];
        Array.Fill(_ends, long.MaxValue);
        var tasks = new Dictionary<int, long>();
        foreach (var requests in cpus)
        {
            for (var i = 0; i < requests.Count; i++)
            {
                var request = requests[i];
                if (!tasks.TryGetValue(request.Task, out var first) || request.Nanoseconds < first)
                    tasks[request.Task] = request.Nanoseconds;
                if (request.IsFree && request is { Allocation: >= 0, Order: 0 })
                    _ends[request.Allocation] = request.Nanoseconds;
                var run = i;
                while (run < requests.Count && IsUnseen(requests[run]) && requests[run].Task == request.Task) run++;
                if (run - i < Stack) continue;
                for (var begin = i; i < run; i++)
                {
                    // Pages of one stack leave together.
                    var stack = i - (i - begin) % Stack;
                    FreesOf(requests[i].Frame).Add(requests[stack].Nanoseconds);
                }

                i--;
            }
        }

        foreach (var frees in _frees.Values) frees.Sort();
        var highest = int.MaxValue;
        foreach (var (task, seen) in tasks.OrderBy(task => task.Value))
        {
            if (task > highest) _newTasks.Add(seen);
            highest = highest == int.MaxValue ? task : Math.Max(highest, task);
        }
    }

    /// <summary>The page is freed some time, and nothing that the trace shows took it.</summary>
    public bool Are(long frame) => _frees.ContainsKey(frame);

    /// <summary>A page that is free at an instant cannot go to an allocation: it is freed while the allocation
    /// lasts; or after, but no task came up in between whose stack it could have become.</summary>
    /// <param name="now">By the trace's clock. Unit: nanoseconds.</param>
    public bool CannotGoTo(int allocation, long frame, long now)
    {
        if (!_frees.TryGetValue(frame, out var frees)) return false;
        var next = frees.Find(free => free > now);
        if (next == 0) return false;
        var end = _ends[allocation];
        return next < end || !_newTasks.Exists(seen => seen > end && seen < next);
    }

    private static bool IsUnseen(in ReplayRequest request) =>
        request is { IsFree: true, Allocation: ReplayRequest.Unseen, Order: 0, ByWorker: true };

    private List<long> FreesOf(long frame)
    {
        if (!_frees.TryGetValue(frame, out var frees)) _frees[frame] = frees = [];
        return frees;
    }
}
