using System.Diagnostics;
using Numa.Workloads.Measurement;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Numa.Cli.Telemetry;

/// <summary>Prints the activities and meters named <c>Numa</c> through OpenTelemetry's console exporter.</summary>
/// <remarks>
/// The exporter writes to <see cref="Console.Out"/> and cannot be told otherwise; a subclass would have to print
/// spans itself. So Console.Out leads to standard error while telemetry is on; commands hold their own writer.
/// </remarks>
internal sealed class ConsoleTelemetry : IDisposable
{
    private readonly TextWriter _error;
    private readonly TextWriter _output;
    private readonly Count _count = new();
    private readonly TracerProvider _tracer;
    private readonly MeterProvider _meter;
    private long _dropped;

    public ConsoleTelemetry(TextWriter error)
    {
        _error = error;
        _output = Console.Out;
        Console.SetOut(error);
        _tracer = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("numa"))
            .AddSource(AllocationSpans.SourceName)
            .SetSampler(new AlwaysOnSampler())
            .AddProcessor(_count)
            .AddConsoleExporter()
            .Build();
        _meter = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("numa"))
            .AddMeter(AllocationSpans.SourceName)
            .AddConsoleExporter()
            .Build();
    }

    /// <summary>Emits a run's samples and totals.</summary>
    public void Emit(RunResult run, AllocationSamples samples)
    {
        var emitted = AllocationSpans.EmitSpans(samples.Kept);
        AllocationSpans.Measure(run, samples.Kept);
        _dropped += samples.Dropped + samples.Kept.Length - emitted;
    }

    public void Dispose()
    {
        _tracer.Dispose();
        _meter.Dispose();
        Console.SetOut(_output);
        _error.WriteLine($"telemetry: {_count.Ended} spans emitted, {_dropped} sampled allocations dropped");
    }

    /// <summary>Counts the spans that reached the exporter.</summary>
    private sealed class Count : BaseProcessor<Activity>
    {
        private long _ended;

        public long Ended => Interlocked.Read(ref _ended);

        public override void OnEnd(Activity data) => Interlocked.Increment(ref _ended);
    }
}
