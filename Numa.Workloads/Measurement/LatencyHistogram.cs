using HdrHistogram;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Workloads.Measurement;

/// <summary>Allocation latencies of a run, of all CPUs together.</summary>
/// <remarks>Unit: virtual nanoseconds. Two significant digits. A histogram takes 36 KiB, so there is one, and each CPU
/// brings its latencies by the handful; in which order does not matter to the sums.</remarks>
internal sealed class LatencyHistogram(int cpus)
{
    private const long Highest = 3_600_000_000_000;

    private readonly LongHistogram _all = new(Highest, 2);
    private readonly Handful?[] _perCpu = new Handful?[cpus];

    public void Attach(CpuProcess cpu)
    {
        var own = _perCpu[cpu.Id] = new(_all);
        cpu.Latency = own.Add;
    }

    /// <summary>Call it once, when no CPU runs any more.</summary>
    /// <remarks>Allocations from the CPU's own list all take the same, and are told of only where they do
    /// not.</remarks>
    public LatencyResult Result(IEnumerable<CpuProcess> processes, CostModel costs)
    {
        foreach (var own in _perCpu) own?.Bring();
        foreach (var cpu in processes)
        {
            if (!costs.IsPerturbed && cpu.Counters.PagesetHits > 0)
                _all.RecordValueWithCount(costs.PagesetHit, cpu.Counters.PagesetHits);
        }

        return _all.TotalCount == 0
            ? new(0, 0, 0, 0, 0)
            : new(_all.GetValueAtPercentile(50), _all.GetValueAtPercentile(90), _all.GetValueAtPercentile(99),
                _all.GetMaxValue(), Math.Round(_all.GetMean(), 1));
    }

    /// <summary>The latest latencies of one CPU; belongs to whoever runs the CPU.</summary>
    private sealed class Handful(LongHistogram all)
    {
        private readonly long[] _latencies = new long[64];
        private int _count;

        public void Add(long latency)
        {
            _latencies[_count++] = Math.Min(latency, Highest);
            if (_count == _latencies.Length) Bring();
        }

        public void Bring()
        {
            lock (all)
            {
                for (var i = 0; i < _count; i++) all.RecordValue(_latencies[i]);
            }

            _count = 0;
        }
    }
}
