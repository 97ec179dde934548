using System.Globalization;
using System.Text;
using Numa.Core.Boot;
using Numa.Core.Rounds;
using Numa.Core.Text;
using Numa.Tests.Workloads.Verification;
using Numa.Workloads.Replay;
using Numa.Workloads.Verification;

namespace Numa.Tests.Workloads.Replay;

public sealed class TickTimesTests
{
    private const string Old = "4.4.178-trace-1node-1g";
    private const int Cpu = 0;

    private static TracedPhase Phase(MachineImage machine, string events) => TracedPhase.Read(
        new FtraceReader(new StringReader(events), "trace"), "trace", machine, machine,
        new Dictionary<int, TaskPolicy>());

    private static string At(long microseconds, string what, int cpu = Cpu, string task = "init-1") =>
        string.Create(CultureInfo.InvariantCulture,
            $"  {task} [{cpu:000}] .... {microseconds / 1_000_000}.{microseconds % 1_000_000:000000}: {what}\n");

    private static MachineImage Machine(CaptureCopy capture, string phase) => DumpedMachine.From(
        CaptureBoot.From(capture.Folder).Image,
        AllocatorDump.Read(new(Path.Combine(capture.Folder, phase)), "before.freelists.txt")!);

    // Goal: one part of a second explains all runs of the fair pass. Method: pages alternate between two zones by the
    // batches of a phase, and what is pending is folded at a tick that the trace does not show; the run in which that
    // happens is longer or shorter, and the fit must explain all of them.
    [Fact]
    public void A_run_of_the_fair_pass_shows_when_its_cpu_folded()
    {
        using var capture = CaptureCopy.OfPhases(Old);
        var machine = Machine(capture, "p06-pingpong");
        var zones = machine.Zones.Where(zone => zone.State is not null).OrderByDescending(zone => zone.Id.Kind)
            .Take(2).ToArray();
        // Long enough for the larger zone to run out twice: only a run that ends shows something.
        const int earliest = 700, allocations = 4000;
        var tick = 0;
        var text = new StringBuilder(At(2_000_000, "tracing_mark_write: ORACLE PHASE BEGIN"));
        var left = zones.Select(zone => zone.State!.FairBatch).ToArray();
        var pending = new long[2];
        var spent = zones.Select(zone => zone.State!.FairDepleted).ToArray();
        for (var i = 0; i < allocations; i++)
        {
            if (tick == 0 && i >= earliest && pending[0] == 7) tick = i;
            for (var z = 0; z < 2 && i == tick; z++) (left[z], pending[z]) = (left[z] - pending[z], 0);
            if (spent[0] && spent[1])
            {
                for (var z = 0; z < 2; z++)
                {
                    var change = zones[z].Tuning.FairBatch.Value - left[z] - pending[z];
                    if (Math.Abs(change) > zones[z].Tuning.StatThreshold) (left[z], change) = (left[z] + change, 0);
                    (pending[z], spent[z]) = (-change, false);
                }
            }

            var from = spent[0] ? 1 : 0;
            if (++pending[from] > zones[from].Tuning.StatThreshold)
                (left[from], pending[from]) = (left[from] - pending[from], 0);
            spent[from] |= left[from] <= 0;
            text.Append(At(2_000_010 + 10 * i, string.Create(CultureInfo.InvariantCulture,
                $"mm_page_alloc: page=0 pfn={zones[from].Start.Value + 1000 + i % 3000} order=0 migratetype=1 ")
                + "gfp_flags=GFP_HIGHUSER_MOVABLE|GFP_ZERO"));
        }

        var phase = Phase(machine, text + At(2_100_000, "tracing_mark_write: ORACLE PHASE END"));
        var ticks = new TickTimes([(phase, machine)]).Of(phase, Cpu, out var shown);
        Assert.Equal(0, shown);
        Assert.InRange(Assert.Single(ticks).Nanoseconds / 1000, 10 * earliest - 3000, 10 * tick + 10);
        var runs = FairRuns.Of(FairDeltas.Infer(machine, phase, _ => ticks, out _), phase);
        Assert.NotEqual(0, runs.Unexplained([default], int.MaxValue, out _));
        Assert.Equal(0, runs.Unexplained([ticks], int.MaxValue, out _));
    }

    // Goal: what happened while the lists were read is no part of the phase, and is kept beside it.
    [Fact]
    public void What_happens_while_lists_are_read_is_kept_apart()
    {
        using var capture = CaptureCopy.OfPhases(Old);
        var machine = Machine(capture, "p06-pingpong");
        var text = At(2_000_000, "tracing_mark_write: ORACLE PHASE BEGIN")
            + At(2_000_010, "mm_page_alloc: page=0 pfn=5000 order=0 migratetype=1 gfp_flags=GFP_USER")
            + At(2_000_020, "tracing_mark_write: ORACLE PHASE END")
            + At(2_000_030, "mm_page_free: page=0 pfn=5000 order=0")
            + At(2_000_040, "tracing_mark_write: ORACLE lists-after end")
            + At(2_000_050, "mm_page_free: page=0 pfn=5001 order=0");
        var phase = Phase(machine, text);
        Assert.Single(phase.Cpus[Cpu].Requests);
        Assert.Equal(20_000, phase.End - phase.Start);
        Assert.Equal(2, phase.WhileRead!.Cpus[Cpu].Requests.Count);
        Assert.Equal(40_000, phase.WhileRead.End - phase.Start);
    }

    // Goal: a phase whose drains are all off the capture's second goes by its own.
    [Theory]
    [InlineData(3_500_000, 2_500_000)]
    [InlineData(4_200_000, 3_200_000)]
    public void A_sleeping_cpu_may_tick_at_another_part_of_the_second(int drain, int first)
    {
        using var capture = CaptureCopy.OfPhases(Old);
        var machine = Machine(capture, "p06-pingpong");
        TracedPhase Drained(long begin, long at) => Phase(machine,
            At(begin, "tracing_mark_write: ORACLE PHASE BEGIN")
            + At(at, "mm_page_pcpu_drain: page=0 pfn=5000 order=0 migratetype=1", Cpu, "kworker/0:0-9")
            + At(at + 500_000, "tracing_mark_write: ORACLE PHASE END"));
        var (one, two, three) = (Drained(12_300_000, 13_200_000), Drained(22_300_000, 23_200_000),
            Drained(32_300_000, 30_000_000 + drain));
        var times = new TickTimes([(one, machine), (two, machine), (three, machine)]);
        var ticks = times.Of(three, Cpu, out var shown);
        Assert.Equal(1, shown);
        Assert.Equal((first - 2_300_000) * 1000L, ticks[0].Nanoseconds);
        Assert.Contains(ticks, tick => tick.Nanoseconds == (drain - 2_300_000) * 1000L);
    }

    // Goal: the worker of an idle CPU comes when it likes: where nothing shows it, it does not come; a drain shows it,
    // and only whole seconds that fit between two drains had ticks of their own.
    [Fact]
    public void A_cpu_that_asks_for_nothing_ticks_where_drains_show_it()
    {
        using var capture = CaptureCopy.OfPhases(Old);
        var machine = Machine(capture, "p06-pingpong");
        string DrainAt(long at) =>
            At(at, "mm_page_pcpu_drain: page=0 pfn=5000 order=0 migratetype=1", Cpu, "kworker/0:0-9");
        var shows = Phase(machine, At(2_000_000, "tracing_mark_write: ORACLE PHASE BEGIN") + DrainAt(2_268_000)
            + DrainAt(3_985_000) + DrainAt(6_100_000) + At(7_200_000, "tracing_mark_write: ORACLE PHASE END"));
        var quiet = Phase(machine, At(12_000_000, "tracing_mark_write: ORACLE PHASE BEGIN")
            + At(15_000_000, "tracing_mark_write: ORACLE PHASE END"));
        var times = new TickTimes([(shows, machine), (quiet, machine)]);
        Assert.Equal([268_000_000L, 1_985_000_000, 3_100_000_000, 4_100_000_000],
            times.Of(shows, Cpu, out var shown).Select(tick => tick.Nanoseconds));
        Assert.Equal(3, shown);
        Assert.Empty(times.Of(quiet, Cpu, out shown));
        Assert.Equal(0, shown);
    }

    // Goal: a CPU sleeps until it first asks, and its worker with it; a drain after the phase's end says on which
    // second the worker came before it.
    [Fact]
    public void A_cpu_that_begins_late_ticks_from_then_on()
    {
        using var capture = CaptureCopy.OfPhases(Old);
        var machine = Machine(capture, "p06-pingpong");
        var phase = Phase(machine, At(2_000_000, "tracing_mark_write: ORACLE PHASE BEGIN")
            + At(5_300_000, "mm_page_alloc: page=0 pfn=5000 order=0 migratetype=1 gfp_flags=GFP_USER")
            + At(6_700_000, "tracing_mark_write: ORACLE PHASE END")
            + At(6_800_000, "mm_page_pcpu_drain: page=0 pfn=5000 order=0 migratetype=1", Cpu, "kworker/0:0-9"));
        var times = new TickTimes([(phase, machine)]);
        Assert.Equal([3_800_000_000L], times.Of(phase, Cpu, out var shown).Select(tick => tick.Nanoseconds));
        Assert.Equal(0, shown);
    }

    // Goal: the last microsecond of a phase may hold any number of requests, and no tick comes after it.
    [Fact]
    public void Every_request_of_the_last_instant_is_made()
    {
        using var capture = CaptureCopy.OfPhases(Old);
        var machine = Machine(capture, "p06-pingpong");
        const int requests = 600, end = 2_000_000 + 1_500_000;
        var text = new StringBuilder(At(2_000_000, "tracing_mark_write: ORACLE PHASE BEGIN"));
        foreach (var what in new[] { "mm_page_alloc: page=0 ", "mm_page_free: page=0 " })
        {
            for (var i = 0; i < requests; i++)
            {
                text.Append(At(end, string.Create(CultureInfo.InvariantCulture,
                    $"{what}pfn={16 * (2000 + i)} order=4 migratetype=1 gfp_flags=GFP_USER")));
            }
        }

        var phase = Phase(machine, text + At(end, "tracing_mark_write: ORACLE PHASE END"));
        var ticks = new TickTimes([(phase, machine)]);
        var replay = new PhaseReplay(phase, machine, ticks);
        var loop = new RoundLoop(replay.Plan, GroupMap.Single(replay.Plan.CpuCount, replay.Plan.ZoneCount));
        foreach (var cpu in loop.Cpus) replay.Prepare(cpu);
        loop.Run();
        Assert.Equal(requests, loop.Cpus[Cpu].Counters.Frees);
        Assert.Equal([1_000_000_000L], Assert.Single(ticks.UntilEnd(phase, 1)).Select(tick => tick.Nanoseconds));
    }
}
