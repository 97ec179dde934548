using System.IO.Compression;
using System.Text.RegularExpressions;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Rounds;
using Numa.Core.Text;
using Numa.Tests.Workloads.Verification;
using Numa.Workloads.Replay;
using Numa.Workloads.Verification;

namespace Numa.Tests.Workloads.Replay;

public sealed class CapturePhasesTests : IDisposable
{
    private const string Phase = "p06-pingpong";

    private readonly CaptureCopy _capture = CaptureCopy.OfPhases("4.4.178-trace-1node-1g");

    private string Packed => Path.Combine(_capture.Folder, Phase, "trace.txt.gz");

    public void Dispose() => _capture.Dispose();

    // Goal: the same events in any of the forms give the same result. Method: the trace of a phase as ftrace text, as
    // perf script would have printed it (our own lines, from its documented format), and packed under another name.
    [Theory]
    [InlineData("trace.txt", false, false)]
    [InlineData("trace.txt", true, false)]
    [InlineData("perf.txt", false, true)]
    [InlineData("perf.txt.gz", true, true)]
    public void A_trace_is_read_in_any_of_its_forms(string file, bool isPacked, bool isPerf)
    {
        var lines = Lines();
        if (isPerf)
        {
            lines = [.. lines.Where(line => line.Length > 0 && line[0] != '#').Select(line => Regex.Replace(
                line, @"^ *(.*)-(\d+) +\[(\d+)\] \S+ +(\S+) (\w+:)", "$1 $2 [$3] $4 kmem:$5"))];
        }

        File.Delete(Packed);
        Write(file, isPacked, string.Join('\n', lines) + "\n");
        AssertWhole(Assert.Single(Replay(Phase)));
    }

    [Fact]
    public void A_capture_without_folders_may_be_a_phase_itself()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(_capture.Folder, Phase)))
            File.Move(file, Path.Combine(_capture.Folder, Path.GetFileName(file)));
        foreach (var folder in Directory.GetDirectories(_capture.Folder)) Directory.Delete(folder, recursive: true);
        var result = Assert.Single(Replay(null));
        Assert.Equal(Path.GetFileName(_capture.Folder), result.Phase);
        AssertWhole(result);
    }

    // Goal: whatever is wrong with a trace is told with its line, and nothing else is thrown.
    [Theory]
    [InlineData("gzip cut off", @"trace\.txt\.gz:\d+:\d+: error NUMA230: found a text that ends within a line")]
    [InlineData("gzip damaged", @"trace\.txt\.gz:1:1: error NUMA230: found a text that cannot be read any further: .+; "
        + "expected a whole trace")]
    [InlineData("lines cut off", @"trace\.txt:500:1: error NUMA231: the mark 'PHASE END' is missing")]
    [InlineData("no begin", @"trace\.txt:\d+:1: error NUMA231: the mark 'PHASE BEGIN' is missing")]
    [InlineData("line cut off", @"trace\.txt:\d+:\d+: error NUMA230: found a text that ends within a line")]
    [InlineData("reordered", @"trace\.txt:\d+:\d+: error NUMA230: found [\d.]+ after [\d.]+ on CPU 0; expected times that "
        + "do not go back on a CPU")]
    [InlineData("another text", @"trace\.txt:1:1: error NUMA230: found no CPU in brackets")]
    [InlineData("binary", @"trace\.txt:1:1: error NUMA230: found a line that does not end")]
    [InlineData("perf.data", @"trace\.txt: error NUMA231: found the data of perf record; expected the text that perf script")]
    [InlineData("another CPU", @"trace\.txt:\d+:1: error NUMA231: CPU 7, but the machine has CPUs 0-0")]
    [InlineData("drain of another CPU", @"trace\.txt:\d+:1: error NUMA231: CPU 7, but the machine has CPUs 0-0")]
    [InlineData("empty", @"trace\.txt: error NUMA231: holds no event")]
    [InlineData("years", @"trace\.txt: error NUMA231: the phase lasts longer than a day")]
    [InlineData("no trace", "error NUMA100: holds no folder with before.freelists.txt and a trace")]
    public void What_is_no_trace_is_a_problem_at_its_place(string damage, string expected)
    {
        Damage(damage);
        var refusal = Assert.Throws<InputException>(() => Replay(null).ToList());
        Assert.Matches(expected, Assert.Single(refusal.Problems).ToString());
    }

    [Fact]
    public void Line_ends_of_another_system_change_nothing()
    {
        var text = string.Join("\r\n", Lines());
        File.Delete(Packed);
        Write("trace.txt", false, text);
        AssertWhole(Assert.Single(Replay(Phase)));
    }

    // Goal: what docs/commands.md shows is true: policies lie beside the traces, and every page is the kernel's.
    [Fact]
    public async Task The_shipped_traces_are_predicted_whole()
    {
        var results = await CaptureReplay.RunAsync(
            Path.Combine(ScenarioTexts.Configs, "traces", "qemu-6.1-2node-1g"), null, new Dictionary<int, TaskPolicy>());
        Assert.Equal(["p11-bind1", "p12-preferred1", "p13-interleave"], results.Select(result => result.Phase));
        Assert.All(results, AssertWhole);
        Assert.All(results, result => Assert.True(result.SameFrame.Compared > 2000));
    }

    // Goal: whatever stands in a trace, cutting it into requests ends, in requests or in problems with a line; and what
    // requests there are breaks no invariant. Method: seeded changes of numbers, lines and columns in the first events
    // of a real phase, some of them replayed.
    [Fact]
    public void Any_mutation_of_a_trace_is_cut_into_requests_or_refused()
    {
        var boot = CaptureBoot.From(_capture.Folder).Image;
        var machine = DumpedMachine.From(boot,
            AllocatorDump.Read(new(Path.Combine(_capture.Folder, Phase)), "before.freelists.txt")!);
        var all = Lines().Where(line => line.Length > 0 && line[0] != '#').ToArray();
        var lines = all.Take(119).Append(all.First(line => line.Contains("PHASE END", StringComparison.Ordinal))).ToArray();
        var (read, refused) = (0, 0);
        const int Replayed = 40;
        Gen.Select(Gen.Int[0, 119], Gen.Int[0, 4], Gen.Int[0, 40], Gen.Int[0, 40]).Array[1, 5].Sample(changes =>
        {
            var text = lines.ToArray();
            foreach (var (line, kind, number, place) in changes)
            {
                var numbers = Regex.Matches(text[line], @"\d+");
                var digits = numbers.Count == 0 ? Match.Empty : numbers[^(1 + place % numbers.Count)];
                text[line] = kind switch
                {
                    0 => text[number],
                    1 => text[line][..Math.Min(text[line].Length, 3 * place)],
                    2 => text[line] + "\n" + text[line],
                    _ => text[line].Remove(digits.Index, digits.Length)
                        .Insert(digits.Index, kind == 3 ? $"{number}" : new string('9', number)),
                };
            }

            try
            {
                var reader = new FtraceReader(new StringReader(string.Join('\n', text) + "\n"), "trace.txt");
                var phase = TracedPhase.Read(reader, "trace.txt", machine, machine, new Dictionary<int, TaskPolicy>());
                if (read++ < Replayed && phase.Cpus.Count == 1) Play(phase, machine);
            }
            catch (InputException exception)
            {
                Assert.All(exception.Problems, problem => Assert.True(problem.At.Line > 0));
                refused++;
            }
        }, iter: 500, threads: 1);
        Assert.True(read > 20 && refused > 20, $"{read} read, {refused} refused");
    }

    private static void Play(TracedPhase phase, MachineImage machine)
    {
        var replay = new PhaseReplay(phase, machine, new([(phase, machine)]));
        var loop = new RoundLoop(replay.Plan, GroupMap.Single(replay.Plan.CpuCount, replay.Plan.ZoneCount));
        foreach (var cpu in loop.Cpus) replay.Prepare(cpu);
        loop.Run();
        Assert.All(loop.Zones, zone => zone.Zone.CheckInvariants());
        var result = replay.Result(Phase, null);
        Assert.Equal(result.Allocations, phase.Allocations.Count);
    }

    private static void AssertWhole(PhaseResult result)
    {
        Assert.Null(result.FirstMismatch);
        Assert.True(result.SameFrame is { IsWhole: true, Compared: > 0 });
    }

    private void Damage(string damage)
    {
        var text = string.Join('\n', Lines());
        var bytes = File.ReadAllBytes(Packed);
        foreach (var folder in Directory.GetDirectories(_capture.Folder))
        {
            if (Path.GetFileName(folder) != Phase) Directory.Delete(folder, recursive: true);
        }

        File.Delete(Packed);
        switch (damage)
        {
            case "gzip cut off":
                File.WriteAllBytes(Packed, bytes[..(bytes.Length / 2)]);
                break;
            case "gzip damaged":
                File.WriteAllBytes(Packed, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, .. Enumerable.Repeat((byte)0xff, 100)]);
                break;
            case "lines cut off":
                Write("trace.txt", false, string.Join('\n', text.Split('\n').Take(500)) + "\n");
                break;
            case "no begin":
                Write("trace.txt", false, text.Replace("PHASE BEGIN", "", StringComparison.Ordinal));
                break;
            case "line cut off":
                Write("trace.txt", false, text[..(text.Length / 2)]);
                break;
            case "reordered":
                var lines = text.Split('\n').ToList();
                lines.Insert(300, lines[100]);
                Write("trace.txt", false, string.Join('\n', lines));
                break;
            case "another text":
                Write("trace.txt", false, "Dear reader,\nthis is no trace.\n");
                break;
            case "binary":
                Write("trace.txt", false, new string('\0', 1 << 17));
                break;
            case "perf.data":
                Write("trace.txt", false, "PERFILE2 and so on");
                break;
            case "another CPU":
                Write("trace.txt", false, Regex.Replace(text, @"\[000\](?=.*mm_page_alloc:)", "[007]"));
                break;
            case "drain of another CPU":
                Write("trace.txt", false, new Regex(@"\[000\](?=.*pcpu_drain:)").Replace(text, "[007]", 1));
                break;
            case "empty":
                Write("trace.txt", false, "");
                break;
            case "years":
                Write("trace.txt", false, Regex.Replace(
                    text, @"\d+(\.\d+: tracing_mark_write: .*PHASE END\n)[\s\S]*", "99999999$1"));
                break;
        }
    }

    // The lists before a phase are half of the input: what no kernel can have held is refused, not replayed.
    [Theory]
    [InlineData(@"^free 0 (\w+) (\d+) Movable", "free 0 $1 $2 Foo", "'Foo' is no migratetype")]
    [InlineData(@"^(free 0 \w+ 10 Movable .*: )(\w+)", "${1}${2} ${2}", "is on two lists, or twice on one")]
    [InlineData(@"^(free 0 \w+ 10 Movable .*: )\w+", "${1}401", "401 is not aligned to its order 10")]
    [InlineData(@"^(free 0 \w+ 10 Movable .*: )\w+", "${1}ffffffc00", "ffffffc00 of order 10 is not in zone 0:")]
    [InlineData(@"^zone ", "zune ", "holds no zone")]
    public void Lists_that_no_kernel_held_are_refused(string part, string instead, string expected)
    {
        var file = Path.Combine(_capture.Folder, Phase, "before.freelists.txt");
        var text = File.ReadAllText(file);
        var damaged = Regex.Replace(text, part, instead, RegexOptions.Multiline);
        Assert.NotEqual(text, damaged);
        File.WriteAllText(file, damaged);
        var refusal = Assert.Throws<InputException>(() => Replay(null).ToList());
        Assert.All(refusal.Problems, problem => Assert.Contains("before.freelists.txt: error NUMA", $"{problem}",
            StringComparison.Ordinal));
        Assert.Contains(refusal.Problems, problem => problem.Message.Contains(expected, StringComparison.Ordinal));
    }

    private string[] Lines()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Packed), CompressionMode.Decompress));
        return reader.ReadToEnd().Split('\n');
    }

    private void Write(string file, bool isPacked, string text)
    {
        Stream stream = File.Create(Path.Combine(_capture.Folder, Phase, file));
        if (isPacked) stream = new GZipStream(stream, CompressionMode.Compress);
        using var writer = new StreamWriter(stream);
        writer.Write(text);
    }

    private IEnumerable<PhaseResult> Replay(string? phase) =>
        CaptureReplay.RunAsync(_capture.Folder, phase, new Dictionary<int, TaskPolicy>()).GetAwaiter().GetResult();
}
