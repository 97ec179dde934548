using HdrHistogram;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Workloads.Measurement;

/// <summary>Allocation latencies of a run: one histogram per CPU, added up at the end.</summary>
/// <remarks>Unit: virtual nanoseconds. Two significant digits; one histogram belongs to one CPU's actor.</remarks>
internal sealed class LatencyHistogram(int cpus)
{
    private const long Highest = 3_600_000_000_000;

    private readonly LongHistogram?[] _perCpu = new LongHistogram?[cpus];

    public void Attach(CpuProcess cpu)
    {
        var own = _perCpu[cpu.Id] = new LongHistogram(Highest, 2);
        cpu.Latency = latency => own.RecordValue(Math.Min(latency, Highest));
    }

    /// <remarks>Allocations from the CPU's own list all take the same, and are told of only where they do
    /// not.</remarks>
    public LatencyResult Result(IEnumerable<CpuProcess> processes, CostModel costs)
    {
        var all = new LongHistogram(Highest, 2);
        foreach (var own in _perCpu)
        {
            if (own is not null) all.Add(own);
        }

        foreach (var cpu in processes)
        {
            if (!costs.IsPerturbed && cpu.Counters.PagesetHits > 0)
                all.RecordValueWithCount(costs.PagesetHit, cpu.Counters.PagesetHits);
        }

        return all.TotalCount == 0
            ? new(0, 0, 0, 0, 0)
            : new(all.GetValueAtPercentile(50), all.GetValueAtPercentile(90), all.GetValueAtPercentile(99),
                all.GetMaxValue(), Math.Round(all.GetMean(), 1));
    }
}
