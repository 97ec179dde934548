using System.IO.Compression;
using Numa.Core.Text;
using Numa.Workloads.Replay;

namespace Numa.Benchmarks;

/// <summary>How many events of a kernel's trace are replayed in a second?</summary>
/// <remarks>Reading is unpacking and taking the lines apart; the whole is all that <c>numa replay</c> does but
/// printing: boot, lists before and after, reading, the run of every phase, and the comparison.</remarks>
internal sealed class ReplayBenchmark(int runs)
{
    public void Run(string capture, TextWriter output)
    {
        var traces = Directory.GetFiles(capture, "trace.txt.gz", SearchOption.AllDirectories);
        var events = 0L;
        var allocations = 0L;
        var reading = Repeat(() => events = traces.Sum(Read));
        var whole = Repeat(() => allocations = CaptureReplay.RunAsync(capture, null,
            new Dictionary<int, TaskPolicy>(), null, CancellationToken.None).GetAwaiter().GetResult()
            .Sum(phase => phase.Allocations));
        output.WriteLine($"\n{Figure.Count(events)} events, {Figure.Count(allocations)} allocations");
        output.WriteLine("\n| step | s | million events/s | processor s | bytes/event |");
        output.WriteLine("|---|--:|--:|--:|--:|");
        Row("read", reading);
        Row("whole replay", whole);

        void Row(string step, List<Sample> samples)
        {
            var seconds = Sample.Median(samples.Select(sample => sample.Seconds));
            var bytes = Sample.Median(samples.Select(sample => (double)sample.Bytes));
            var processor = Sample.Median(samples.Select(sample => sample.CpuSeconds));
            output.WriteLine($"| {step} | {Figure.Text(seconds, "0.000")}"
                + $" | {Figure.Text(events / seconds / 1e6, "0.00")} | {Figure.Text(processor, "0.000")}"
                + $" | {Figure.Text(bytes / events, "0")} |");
        }
    }

    private List<Sample> Repeat(Action run)
    {
        run();
        return [.. Enumerable.Range(0, runs).Select(_ => Sample.Of(run))];
    }

    private static long Read(string file)
    {
        using var text = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var reader = new FtraceReader(text, file);
        var events = 0L;
        while (reader.TryRead(out _)) events++;
        return events;
    }
}
