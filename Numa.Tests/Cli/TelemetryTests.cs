using System.Diagnostics;
using System.Text.Json;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Cli;

/// <summary>Redirects Console.Out and listens to a process-wide source: nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
public sealed class TelemetryCollection;

/// <summary>Spans and meters. Goal: standard error alone, in virtual time, with every loss counted.</summary>
[Collection(nameof(TelemetryTests))]
public class TelemetryTests
{
    [Fact]
    public async Task Spans_and_meters_go_to_standard_error_and_json_stays_whole()
    {
        var console = Console.Out;
        var simulator = new FakeSimulator();
        var run = await CommandLineRun.OfAsync("run s.yaml --otel console --format json", simulator);
        Assert.True(simulator.Run!.SampleAllocations);
        JsonDocument.Parse(run.Output);
        Assert.Contains("numa.gfp: GFP_DMA32", run.Error, StringComparison.Ordinal);
        Assert.Contains("try 0:DMA32", run.Error, StringComparison.Ordinal);
        Assert.Contains("numa.fallbacks", run.Error, StringComparison.Ordinal);
        Assert.Contains("numa.sampled.lock_wait", run.Error, StringComparison.Ordinal);
        Assert.Equal("telemetry: 3 spans emitted, 41 sampled allocations dropped", run.ErrorLines[^1]);
        Assert.Same(console, Console.Out);
    }

    [Fact]
    public async Task Without_the_option_nothing_is_sampled_or_printed()
    {
        var simulator = new FakeSimulator();
        var run = await CommandLineRun.OfAsync("run s.yaml", simulator);
        Assert.False(simulator.Run!.SampleAllocations);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public void Spans_stand_in_virtual_time_with_a_child_per_zone_tried()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == AllocationSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var outer = new Activity("wall clock").Start();

        Assert.Equal(1, AllocationSpans.EmitSpans(SampleResults.Samples.Kept));

        Assert.Same(outer, Activity.Current);
        Assert.Equal(["try 0:DMA32", "try 0:DMA", "allocate"], spans.Select(span => span.OperationName));
        var root = spans[2];
        Assert.Null(root.ParentId);
        Assert.Equal(default, root.ParentSpanId);
        Assert.All(spans.Take(2), child => Assert.Equal(root.SpanId, child.ParentSpanId));
        Assert.Equal(DateTime.UnixEpoch.AddTicks(25_165_800), root.StartTimeUtc);
        Assert.Equal(50L, root.GetTagItem("numa.duration_ns"));
        Assert.True(root.Duration <= TimeSpan.FromMicroseconds(1), "the span ended on the wall clock");
        Assert.Equal((ActivityStatusCode.Error, "NoPage"), (root.Status, root.StatusDescription));
        Assert.Equal(1_280L, spans[0].GetTagItem("numa.required_pages"));
    }

    [Fact]
    public void Samples_that_nobody_listens_to_are_not_counted_as_emitted() =>
        Assert.Equal(0, AllocationSpans.EmitSpans(SampleResults.Samples.Kept));
}
