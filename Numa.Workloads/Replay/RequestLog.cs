using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Replay;

/// <summary>A request of a log: an allocation, or the free that ends one.</summary>
/// <param name="Nanoseconds">Since the log's first request.</param>
/// <param name="Cpu">Position of its CPU among those of the log.</param>
/// <param name="Allocation">Number of the allocation that is made or ended, from 0.</param>
/// <param name="Request">Null for a free.</param>
internal readonly record struct LoggedRequest(long Nanoseconds, int Cpu, int Allocation, AllocationRequest? Request);

/// <summary>What a kernel's trace says was asked of the page allocator, and nothing of what it answered but which
/// free ends which allocation.</summary>
/// <remarks>Only what lies between the marks PHASE BEGIN and PHASE END counts, where there are such. A block that is
/// freed in parts is freed whole with its first part. Frees of blocks that are older than the log are left
/// out.</remarks>
internal sealed class RequestLog
{
    private readonly List<LoggedRequest> _requests = [];
    private readonly List<int> _freedBy = [];
    private readonly Dictionary<long, int> _live = [];
    private readonly Dictionary<CpuId, int> _cpus = [];
    private readonly Dictionary<(string Gfp, int Order), AllocationRequest> _kinds = [];
    private long _start = -1;
    private long _last;

    /// <summary>In the order of the trace; times never go back.</summary>
    public IReadOnlyList<LoggedRequest> Requests => _requests;

    /// <summary>CPUs that asked.</summary>
    public int CpuCount => _cpus.Count;

    /// <summary>Every request that is made.</summary>
    public IReadOnlyCollection<AllocationRequest> Kinds => _kinds.Values;

    /// <summary>Frees of blocks that no allocation of the log got.</summary>
    public long OlderFrees { get; private set; }

    /// <summary>Position of the CPU that frees an allocation, −1 for none.</summary>
    public int FreedBy(int allocation) => _freedBy[allocation];

    /// <param name="basis">Policy and cpuset of every request.</param>
    /// <exception cref="InputException">The file cannot be read, or is no trace.</exception>
    public static RequestLog Read(string path, AllocationRequest basis)
    {
        using var text = TraceFile.Open(path);
        var reader = new FtraceReader(text, path);
        var log = new RequestLog();
        while (reader.TryRead(out var next))
        {
            if (next.Kind != TraceEventKind.Mark) log.Add(next, basis, path);
            else if (next.Text.EndsWith("PHASE BEGIN", StringComparison.Ordinal)) log = new();
            else if (next.Text.EndsWith("PHASE END", StringComparison.Ordinal)) break;
        }

        if (log._requests.Count > 0) return log;
        throw new InputException([new(new(path, 0, 0), ProblemCodes.Trace, "holds no allocation")]);
    }

    private void Add(in TraceEvent next, AllocationRequest basis, string path)
    {
        if (next.Kind == TraceEventKind.Allocated) Allocate(next, Kind(next, basis, path));
        // A batch that is freed prints each page as a free of its own, too.
        else if (next.Kind == TraceEventKind.Freed) Free(next);
    }

    private void Allocate(in TraceEvent next, AllocationRequest kind)
    {
        var number = _freedBy.Count;
        _freedBy.Add(-1);
        // Frame 0 is the kernel's answer for none.
        if (next.Frame.Value != 0) _live[next.Frame.Value] = number;
        Append(next, number, kind);
    }

    private void Free(in TraceEvent next)
    {
        if (!_live.Remove(next.Frame.Value, out var number))
        {
            OlderFrees++;
            return;
        }

        Append(next, number, null);
        _freedBy[number] = _requests[^1].Cpu;
    }

    private void Append(in TraceEvent next, int number, AllocationRequest? kind)
    {
        if (_start < 0) _start = next.Nanoseconds;
        _last = Math.Max(_last, next.Nanoseconds - _start);
        if (!_cpus.TryGetValue(next.Cpu, out var cpu)) _cpus.Add(next.Cpu, cpu = _cpus.Count);
        _requests.Add(new(_last, cpu, number, kind));
    }

    private AllocationRequest Kind(in TraceEvent next, AllocationRequest basis, string path)
    {
        if (_kinds.TryGetValue((next.Text, next.Order), out var known)) return known;
        var gfp = TracedGfpText.Parse(next.Text, out var unknown) ?? throw new InputException([new(
            new(path, next.Line, 0), ProblemCodes.Trace, $"gfp flag '{unknown}' is unknown")]);
        var kind = basis.As(gfp, new(next.Order));
        _kinds.Add((next.Text, next.Order), kind);
        return kind;
    }
}
