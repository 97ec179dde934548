using System.Text.RegularExpressions;
using Numa.Core.Diagnostics;
using Numa.Tests.Workloads.Verification;
using Numa.Workloads.Replay;

namespace Numa.Tests.Workloads.Replay;

// Real phases from the first page to the OOM killer, without what the victim freed. Times are rounded to 10 us.
public sealed class PressureTests
{
    private const string V44 = "4.4.178-trace-oom-1node-1g";
    private const string V61 = "6.1-trace-oom-2node-1g";
    private const string V612 = "6.12-trace-oom-smallnode0";
    private const string Bind = "p19-bind0-oom";
    private const string Global = "p15-oom";

    private static async Task<PressureResult> RunAsync(CaptureCopy capture, string phase) => Assert.Single(
        await CaptureReplay.RunAsync(capture.Folder, phase, new Dictionary<int, TaskPolicy>())).Pressure!;

    private static (string, string, int, long, long, int?) Short(ZoneStop stop) =>
        (stop.Zone, stop.Mark, stop.At, stop.Free, stop.Needed, stop.KernelAt);

    // A bind to node 0 of two, free memory on the other. DMA32 stops at low 908 with what its last refill left, DMA at
    // low 13 + reserve 947, and both at min, where the kernel itself read 640 pages of DMA32.
    [Fact]
    public async Task In_6_1_zones_stop_where_the_kernel_leaves_them_and_the_killer_strikes_after_17_rounds()
    {
        using var capture = CaptureCopy.OfPhases(V61);
        var pressure = await RunAsync(capture, Bind);
        Assert.Equal([("0:DMA32", 147, 147), ("0:DMA", 11505, 11505)],
            pressure.Turns.Select(turn => (turn.Zone, turn.Kernel!.Value, turn.Model!.Value)));
        Assert.Equal([("0:DMA32", "low", 11505, 892, 908, 11505), ("0:DMA", "low", 14325, 956, 960, 14325),
            ("0:DMA", "min", 14578, 956, 957, 14578), ("0:DMA32", "min", 14578, 640, 666, (int?)14578)],
            pressure.Stops.Select(Short));
        Assert.Equal((640L, 640L), (pressure.Stops[3].KernelRead, pressure.Stops[3].ModelRead));
        Assert.All(pressure.Stops, stop => Assert.Equal(stop.Refused, stop.Agreed));
        Assert.Equal(2815, pressure.Stops[0].Refused);
        var kswapd = Assert.Single(pressure.Kswapd);
        Assert.Equal((1L, 0L, 0L, 14325, 14325), (kswapd.Wakes.Both, kswapd.Wakes.OnlyForetold,
            kswapd.Wakes.OnlySeen, kswapd.Wakes.FirstForetold!.Value, kswapd.Wakes.FirstSeen!.Value));
        Assert.Equal((15L, false), (kswapd.Passes, kswapd.IsGivenUp));
        Assert.Equal(KswapdRest.GivenUp, Assert.Single(kswapd.Rests));
        Assert.Equal(new(1, 0, 0, 0, 0, 14578, 14578), pressure.DirectReclaim);
        Assert.Equal((new Agreement(16, 16), new Agreement(16, 16)), (pressure.RetryChecks, pressure.RetryRounds));
        var kill = Assert.Single(pressure.Kills);
        Assert.Equal((14578, 255, 17, 17, true, true),
            (kill.Allocation!.Value, kill.Victim, kill.Reclaims, kill.NoProgress, kill.Allows!.Value,
                kill.ModelRefuses));
        Assert.Equal([("0:DMA32", 640, 1150), ("0:DMA", 956, 963L)],
            kill.Looks.Select(look => (look.Zone, look.Free, look.Needed)));
        Assert.Equal((kill.ByVictim, kill.ByVictim), (19, kill.ByRight));
        Assert.True(pressure.Holds);
    }

    // Nobody wakes the kswapd of a node that was given up before: the slow path is entered without an event.
    [Fact]
    public async Task In_6_12_a_node_given_up_is_not_woken_and_the_boost_counts_at_min()
    {
        using var capture = CaptureCopy.OfPhases(V612);
        var pressure = await RunAsync(capture, Bind);
        Assert.Equal([("0:DMA32", "low", 16857, 28, 867, 16857), ("0:DMA", "low", 20258, 322, 339, 20258),
            ("0:DMA", "min", 20258, 322, 336, 20258), ("0:DMA32", "min", 20258, 28, 784, (int?)20258)],
            pressure.Stops.Select(Short));
        Assert.Equal([512, 0, 0, 512L], pressure.Stops.Select(stop => stop.Boost));
        Assert.True(Assert.Single(pressure.Kswapd) is { IsGivenUp: true, Passes: 0, Wakes: { Both: 0, OnlySeen: 0 } });
        Assert.Equal((new Agreement(32, 32), new Agreement(32, 32)), (pressure.RetryChecks, pressure.RetryRounds));
        var kill = Assert.Single(pressure.Kills);
        Assert.Equal((20258, 306, 17, true), (kill.Allocation!.Value, kill.Victim, kill.NoProgress, kill.Allows!.Value));
        // A victim's allocations leave its policy, and the other node has pages.
        Assert.Equal((19L, 19L), (kill.ByVictim, kill.ByRight));
        Assert.True(pressure.Holds);

        File.Delete(Path.Combine(capture.Folder, Bind, "before.zoneinfo.txt"));
        pressure = await RunAsync(capture, Bind);
        // It would have been woken for the boost at once, and on every slow path.
        Assert.Equal((21L, 16856), (pressure.Kswapd[0].Wakes.OnlyForetold, pressure.Kswapd[0].Wakes.FirstForetold));
        Assert.False(pressure.Holds);
    }

    // Before 4.7 one reclaim that frees nothing is enough, and only the log tells whom the OOM killer took.
    [Fact]
    public async Task In_4_4_kswapd_is_woken_again_and_again_and_the_killer_strikes_after_one_round()
    {
        using var capture = CaptureCopy.OfPhases(V44);
        var pressure = await RunAsync(capture, Global);
        Assert.Equal([("0:DMA", "low", 22196, 1003, 1004, 22196), ("0:DMA32", "low", 22196, 1224, 1246, 22196),
            ("0:DMA32", "min", 22445, 976, 997, 22445), ("0:DMA", "min", 22448, 1000, 1001, (int?)22448)],
            pressure.Stops.Select(Short));
        var wakes = Assert.Single(pressure.Kswapd).Wakes;
        Assert.Equal((22196, 22196, 0L, 0L), (wakes.FirstForetold!.Value, wakes.FirstSeen!.Value, wakes.OnlyForetold,
            wakes.OnlySeen));
        Assert.True(wakes.Both > 40, $"{wakes.Both} wakes on both sides");
        Assert.Equal((1L, 22448), (pressure.DirectReclaim.Both, pressure.DirectReclaim.FirstSeen));
        var kill = Assert.Single(pressure.Kills);
        Assert.Equal((22448, 175, 1, 1, true), (kill.Allocation!.Value, kill.Victim, kill.Reclaims, kill.NoProgress,
            kill.Allows!.Value));
        Assert.True(pressure.Holds);
    }

    [Theory]
    [InlineData("no_progress_loops=7 ", "no_progress_loops=8 ")]
    [InlineData("min_wmark=666 no_progress_loops=3 wmark_check=1", "min_wmark=1280 no_progress_loops=3 wmark_check=1")]
    [InlineData("mm_vmscan_direct_reclaim_end: nr_reclaimed=0", "mm_vmscan_direct_reclaim_end: nr_reclaimed=4")]
    public async Task A_trace_that_breaks_the_retry_rule_does_not_hold(string from, string to)
    {
        using var capture = CaptureCopy.OfPhases(V61);
        var isDone = false;
        capture.ChangePhase(Bind, lines => lines.Select(line =>
        {
            if (isDone || !line.Contains(from, StringComparison.Ordinal)) return line;
            isDone = true;
            return line.Replace(from, to, StringComparison.Ordinal);
        }));
        Assert.False((await RunAsync(capture, Bind)).Holds);
    }

    [Fact]
    public async Task A_wake_that_is_missing_or_too_early_is_held_against_the_rules()
    {
        using var capture = CaptureCopy.OfPhases(V61);
        string? wake = null;
        capture.ChangePhase(Bind, lines =>
        {
            wake = lines.First(line => line.Contains("wakeup_kswapd", StringComparison.Ordinal));
            return lines.Where(line => line != wake && !line.Contains("mm_vmscan_kswapd", StringComparison.Ordinal));
        });
        var missing = Assert.Single((await RunAsync(capture, Bind)).Kswapd);
        Assert.True(missing is { Wakes: { Both: 0, FirstSeen: null, FirstForetold: 14325 }, AgainstRule: > 0 });
        capture.ChangePhase(Bind, lines =>
        {
            var at = Array.FindIndex(lines, 5000, line => line.Contains("mm_page_alloc: ", StringComparison.Ordinal));
            var time = Regex.Match(lines[at], @"\d+\.\d{6}").Value;
            return [.. lines[..at], Regex.Replace(wake!, @"\d+\.\d{6}", time), .. lines[at..]];
        });
        var early = Assert.Single((await RunAsync(capture, Bind)).Kswapd);
        Assert.True(early.Wakes.OnlySeen == 1 && early.Wakes.FirstSeen < 14325);
    }

    [Theory]
    [InlineData("mm_vmscan_wakeup_kswapd: nid=0", "mm_vmscan_wakeup_kswapd: nid=x", "'x' for nid=")]
    [InlineData("zone=DMA32 ", "zone=Dino ", "'Dino' for zone=")]
    [InlineData("mark_victim: pid=255", "mark_victim: 255", "without pid=")]
    public async Task A_damaged_event_is_refused_with_its_line(string from, string to, string problem)
    {
        using var capture = CaptureCopy.OfPhases(V61);
        capture.ChangePhase(Bind, lines => lines.Select(line => line.Replace(from, to, StringComparison.Ordinal)));
        var refusal = await Assert.ThrowsAsync<InputException>(() => RunAsync(capture, Bind));
        Assert.Contains(problem, refusal.Problems[0].Message, StringComparison.Ordinal);
        Assert.True(refusal.Problems[0].At.Line > 10_000);
    }

    // A trace that was cut or taken with fewer events says less, and what it says still holds.
    [Theory]
    [InlineData("reclaim_retry_zone")]
    [InlineData("mm_vmscan")]
    [InlineData("mark_victim")]
    public async Task Events_that_were_not_traced_are_not_held_against_anyone(string left)
    {
        using var capture = CaptureCopy.OfPhases(V61);
        capture.ChangePhase(Bind, lines => lines.Where(line => !line.Contains(left, StringComparison.Ordinal)));
        var pressure = await RunAsync(capture, Bind);
        Assert.Equal("0:DMA32", pressure.Stops[0].Zone);
    }
}
