using System.Text.Json;
using Numa.Workloads.Replay;

namespace Numa.Tests.Cli;

public class ReplayCommandTests
{
    private static readonly PhaseResult Phase = new("p01-fill", 3, new(3, 3), new(3, 2), new(1, 1), default, default,
        new(20, 20), new(4, 3), "line 20: order 0 Movable: the kernel 0x12, the model 0x13", ["one tick"])
    {
        Frames = [0x12, 0x1f, -1],
        Mismatches = [new(MismatchClass.OwnList, 2, 0, 1, 1), new(MismatchClass.HeldByAllocation, 1, 1, 0, 0)],
        Adopted = 2,
        NotFree = 1,
    };

    [Fact]
    public async Task A_row_for_each_phase_and_below_it_the_first_mismatch_and_what_was_inferred()
    {
        var run = await CommandLineRun.OfAsync("replay box", new FakeSimulator { Replayed = [Phase] });
        Assert.Equal(1, run.ExitCode);
        Assert.Matches(@"p01-fill +3 +all 3 +2 of 3 +all 1 +- +- +all 20 +3 of 4", run.Output);
        Assert.Contains("first mismatch: line 20: order 0 Movable", run.Output, StringComparison.Ordinal);
        Assert.Contains("p01-fill: one tick", run.Output, StringComparison.Ordinal);
        Assert.Contains("p01-fill: 3 other frames (2 adopted, 1 not free in the model):\n"
            + "  p01-fill:   2 the kernel's page deeper on the CPU's own lists: 1 within 100 us of another CPU, "
            + "1 at other times\n"
            + "  p01-fill:   1 the kernel's page held by another allocation: 1 after reclaim began\n",
            run.Output, StringComparison.Ordinal);
        var whole = await CommandLineRun.OfAsync(
            "replay box", new FakeSimulator { Replayed = [Phase with { FirstMismatch = null }] });
        Assert.Equal(0, whole.ExitCode);
    }

    [Fact]
    public async Task Json_is_an_array_of_phases()
    {
        var run = await CommandLineRun.OfAsync("replay box --format json", new FakeSimulator { Replayed = [Phase] });
        var phase = Assert.Single(JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToList());
        Assert.Equal(["phase", "allocations", "sameZone", "sameFrame", "refills", "drains", "fallbacks",
            "freeListsEqual", "pagesetsEqual", "firstMismatch", "mismatches", "adopted", "notFree", "notes"],
            phase.EnumerateObject().Select(property => property.Name));
        Assert.Equal(2, phase.GetProperty("sameFrame").GetProperty("equal").GetInt32());
        Assert.True(phase.GetProperty("freeListsEqual").GetBoolean());
        Assert.False(phase.GetProperty("pagesetsEqual").GetBoolean());
        var sorts = phase.GetProperty("mismatches").EnumerateArray().ToList();
        Assert.Equal(["ownList", "heldByAllocation"], sorts.Select(sort => sort.GetProperty("class").GetString()));
        Assert.Equal(2, sorts[0].GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_phase_that_was_short_of_memory_has_a_table_of_what_the_rules_say_beside_the_trace()
    {
        var pressure = new PressureResult("GFP_KERNEL", [new("0:Normal", 3, 4, 1000, 999)],
            [new("0:Normal", "min", 1200, 640, 666, 12, 32, 1201, 641, 640, 5, 4)],
            [new(0, true, new(1, 0, 2, 7, 1, 1100, 1101), 1, 15, [KswapdRest.Balanced, KswapdRest.GivenUp])],
            new(1, 2, 0, 0, 0, 1200, 1200), new(16, 16), new(16, 15),
            [new(1200, 255, 17, 17, true, true, [new("0:Normal", 640, 1150)], 19, 18)]);
        var whole = Phase with { FirstMismatch = null, Pressure = pressure };
        var run = await CommandLineRun.OfAsync("replay box", new FakeSimulator { Replayed = [whole] });
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("p01-fill, memory short: GFP_KERNEL\n", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"0:Normal +#3 +#4 +1 000 +999\n", run.Output);
        Assert.Matches(@"0:Normal +min +#1 200 +#1 201 +640 +666 +12 +32 +640 +641 +4 of 5\n", run.Output);
        Assert.Matches(@"wake kswapd 0 +#1 101 +#1 100 +1 +0 +2 +1 +7\n", run.Output);
        Assert.Matches(@"reclaim +#1 200 +#1 200 +1 +2 +0 +0 +0\n", run.Output);
        Assert.Contains("kswapd 0: node given up before the phase; 15 passes, slept 2 times: balanced, given up",
            run.Output, StringComparison.Ordinal);
        Assert.Contains("retry rule: all 16 zones judged alike, 15 of 16 rounds counted alike", run.Output,
            StringComparison.Ordinal);
        Assert.Contains("OOM killer at #1 200: task 255, after 17 reclaims, the last 17 without progress: as the retry "
            + "rule says; the model has nothing at min either\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("18 of them are a victim's by right", run.Output, StringComparison.Ordinal);
        run = await CommandLineRun.OfAsync("replay box --format json", new FakeSimulator { Replayed = [whole] });
        var json = JsonDocument.Parse(run.Output).RootElement[0].GetProperty("pressure");
        Assert.Equal(255, json.GetProperty("kills")[0].GetProperty("victim").GetInt32());
        Assert.Equal("givenUp", json.GetProperty("kswapd")[0].GetProperty("rests")[1].GetString());
        var holds = pressure with
        {
            RetryRounds = new(16, 16), Kswapd = [pressure.Kswapd[0] with { AgainstRule = 0 }],
        };
        run = await CommandLineRun.OfAsync("replay box",
            new FakeSimulator { Replayed = [whole with { Pressure = holds }] });
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task A_note_that_phases_share_is_said_once()
    {
        var second = Phase with { Phase = "p02-free", Notes = ["one tick", "two frees"] };
        var third = Phase with { Phase = "p03", Notes = ["one tick", "two frees"] };
        var run = await CommandLineRun.OfAsync("replay box", new FakeSimulator { Replayed = [Phase, second, third] });
        Assert.Contains("  all phases: one tick\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("  p02, p03: two frees\n", run.Output, StringComparison.Ordinal);
        Assert.Single(run.Output.Split("one tick").Skip(1));
    }

    [Fact]
    public async Task An_interrupted_replay_leaves_no_file_and_a_watched_one_names_its_phase()
    {
        var folder = Directory.CreateTempSubdirectory("numa-frames-").FullName;
        var line = $"replay box --phase p01-fill --frames {Path.Combine(folder, "frames.txt")}";
        using var interrupt = new CancellationTokenSource();
        var running = CommandLineRun.OfAsync(line, new FakeSimulator { Hangs = true }, cancel: interrupt.Token);
        await interrupt.CancelAsync();
        Assert.Equal(130, (await running).ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        var silent = await CommandLineRun.OfAsync(line, new FakeSimulator { Replayed = [Phase] });
        Assert.Equal("", silent.Error);
        var watched = await CommandLineRun.OfAsync(line, new FakeSimulator { Replayed = [Phase] }, watched: true);
        Assert.Contains("replaying p01-fill", watched.Error, StringComparison.Ordinal);
        Assert.Equal("frames.txt", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(folder))));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Frames_that_cannot_be_written_are_refused_before_the_replay()
    {
        var run = await CommandLineRun.OfAsync("replay box --phase p01-fill --frames no/such/folder/f.txt",
            new FakeSimulator { Hangs = true });
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("error NUMA901: cannot be written to", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_of_one_phase_are_written_in_hexadecimal()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("numa-frames-").FullName, "frames.txt");
        await CommandLineRun.OfAsync(
            $"replay box --phase p01-fill --frames {file}", new FakeSimulator { Replayed = [Phase] });
        Assert.Equal(["12", "1f", "-"], await File.ReadAllLinesAsync(file));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task Elsewhere_two_columns_and_their_difference()
    {
        var simulator = new FakeSimulator
        {
            ReplayedElsewhere = [new("p01-fill", 3000, 1000, 500,
                new([new("0:Normal", 3000)], 3000, 0, 7, 2, 1, 0),
                new([new("0:Normal", 1000), new("1:Normal", 1500)], 1000, 500, 9, 2, 0, 4), ["begins at boot"])],
        };
        var run = await CommandLineRun.OfAsync("replay box --machine m.yaml --set zonelistOrder=zone", simulator);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(("box", "m.yaml", "zonelistOrder"), (simulator.Elsewhere!.Capture, simulator.Elsewhere.Machine,
            Assert.Single(simulator.Elsewhere.Settings).Path));
        Assert.Contains("p01-fill: 3 000 allocations, 1 000 from another zone, 500 from another node", run.Output,
            StringComparison.Ordinal);
        Assert.Matches(@"pages from 0:Normal +3 000 +1 000 +-2 000", run.Output);
        Assert.Matches(@"pages from 1:Normal +- +1 500 +-\n", run.Output);
        Assert.Matches(@"local share +100.0 % +40.0 % +-60.0 points", run.Output);
        Assert.Matches(@"refills +7 +9 +\+2\n", run.Output);
        Assert.Matches(@"drains +2 +2 +0\n", run.Output);
        Assert.Contains("  begins at boot", run.Output, StringComparison.Ordinal);

        run = await CommandLineRun.OfAsync("replay box --set zonelistOrder=zone --format json", simulator);
        var phase = Assert.Single(JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToList());
        Assert.Equal(["phase", "allocations", "otherZone", "otherNode", "here", "there", "notes"],
            phase.EnumerateObject().Select(property => property.Name));
        Assert.Equal(4, phase.GetProperty("there").GetProperty("kswapdWakes").GetInt32());
    }

    [Theory]
    [InlineData("replay box --frames f.txt", "--frames needs --phase")]
    [InlineData("replay box --frames f.txt --phase p --set kernel=4.4", "--frames goes without --machine and --set")]
    [InlineData("replay box --policy 1=round:0", "'1=round:0' is no policy")]
    [InlineData("replay box --policy bind:0", "'bind:0' is no policy")]
    public async Task What_cannot_be_done_is_refused(string command, string problem)
    {
        var run = await CommandLineRun.OfAsync(command);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
    }

    // A device is written to; were it replaced by a file, nothing on the machine would find it again.
    [Fact]
    public async Task A_device_is_written_to_and_stays_one()
    {
        var link = Path.Combine(Directory.CreateTempSubdirectory("numa-frames-").FullName, "link");
        File.CreateSymbolicLink(link, "/dev/null");
        await CommandLineRun.OfAsync($"replay box --phase p01-fill --frames {link}",
            new FakeSimulator { Replayed = [Phase] });
        Assert.Equal("/dev/null", new FileInfo(link).LinkTarget);
        Assert.Equal(0, new FileInfo("/dev/null").Length);
        Assert.Equal("", await File.ReadAllTextAsync("/dev/null"));
    }
}
