using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Numa.Workloads.Measurement;

/// <summary>Projects a run onto activities and meters named <c>Numa</c>.</summary>
/// <remarks>
/// The ledger is the product; this is a view of it. Counters come from the run's totals and are complete; spans and
/// the histogram come from sampled allocations. Spans stand in virtual time: the epoch plus virtual nanoseconds.
/// </remarks>
public static class AllocationSpans
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string SourceName = "Numa";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly Meter Meter = new(SourceName);
    private static readonly Counter<long> Allocations =
        Meter.CreateCounter<long>("numa.allocations", "{allocation}", "Allocations asked for.");
    private static readonly Counter<long> Fallbacks =
        Meter.CreateCounter<long>("numa.fallbacks", "{allocation}", "Allocations not served by their first zone.");
    private static readonly Counter<long> Failures =
        Meter.CreateCounter<long>("numa.failures", "{allocation}", "Allocations that no zone served.");
    private static readonly Counter<long> LockWait =
        Meter.CreateCounter<long>("numa.zone.lock_wait", "ns", "Virtual time spent waiting for a zone lock.");
    private static readonly Histogram<long> SampledWait =
        Meter.CreateHistogram<long>("numa.sampled.lock_wait", "ns", "Lock wait of the sampled allocations.");

    /// <summary>Emits one activity per sample with a child per zone tried, in the order of the samples.</summary>
    /// <returns>How many samples became activities; the others found no listener or were sampled out.</returns>
    public static long EmitSpans(IReadOnlyList<AllocationSample> samples)
    {
        // A caller's own activity must not become the parent: spans of virtual and wall time do not nest.
        var outer = Activity.Current;
        Activity.Current = null;
        try
        {
            return samples.LongCount(Emit);
        }
        finally
        {
            Activity.Current = outer;
        }
    }

    /// <summary>Adds the run's totals to the counters, and the samples' waits to the histogram.</summary>
    public static void Measure(RunResult run, IReadOnlyList<AllocationSample> samples)
    {
        Allocations.Add(run.Allocations);
        Fallbacks.Add(run.Fallbacks);
        Failures.Add(run.Failures.Sum(failure => failure.Count));
        foreach (var zone in run.Zones)
            LockWait.Add(zone.LockWaitNanoseconds, new KeyValuePair<string, object?>("zone", zone.Zone));
        foreach (var sample in samples)
            SampledWait.Record(sample.LockWaitNanoseconds);
    }

    private static bool Emit(AllocationSample sample)
    {
        using var span = Start("allocate", default, sample.StartNanoseconds);
        if (span is null) return false;
        span.SetTag("numa.operation", sample.Number);
        span.SetTag("numa.cpu", sample.Cpu);
        span.SetTag("numa.workload", sample.Workload);
        span.SetTag("numa.gfp", sample.Gfp);
        span.SetTag("numa.order", sample.Order);
        span.SetTag("numa.lock_wait_ns", sample.LockWaitNanoseconds);
        span.SetTag("numa.zone", sample.Zone);
        span.SetTag("numa.fell_back", sample.FellBack);
        foreach (var attempt in sample.Tried) Emit(attempt, span.Context);
        if (sample.Failure is not null) span.SetStatus(ActivityStatusCode.Error, sample.Failure);
        End(span, sample.StartNanoseconds, sample.EndNanoseconds);
        return true;
    }

    private static void Emit(ZoneAttempt attempt, ActivityContext parent)
    {
        using var span = Start("try " + attempt.Zone, parent, attempt.StartNanoseconds);
        if (span is null) return;
        span.SetTag("numa.zone", attempt.Zone);
        span.SetTag("numa.verdict", attempt.Verdict);
        span.SetTag("numa.mark", attempt.Mark);
        span.SetTag("numa.available_pages", attempt.AvailablePages);
        span.SetTag("numa.required_pages", attempt.RequiredPages);
        End(span, attempt.StartNanoseconds, attempt.EndNanoseconds);
    }

    private static Activity? Start(string name, ActivityContext parent, long nanoseconds) =>
        Source.StartActivity(name, ActivityKind.Internal, parent, startTime: new DateTimeOffset(At(nanoseconds)));

    private static void End(Activity span, long start, long end)
    {
        // An activity's clock ticks every 100 ns: what is shorter keeps its exact length in tags.
        span.SetTag("numa.start_ns", start);
        span.SetTag("numa.duration_ns", end - start);
        span.SetEndTime(At(end));
    }

    private static DateTime At(long nanoseconds) =>
        DateTime.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
