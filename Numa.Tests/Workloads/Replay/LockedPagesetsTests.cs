using System.Text;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Text;
using Numa.Tests.Workloads.Verification;
using Numa.Workloads.Replay;
using Numa.Workloads.Verification;

namespace Numa.Tests.Workloads.Replay;

/// <summary>What an interrupt frees while the CPU's pageset is locked goes to the buddy lists.</summary>
public sealed class LockedPagesetsTests
{
    private const string Locks = "6.1-trace-1node-1g";
    private const string NoLock = "4.4.178-trace-1node-1g";
    private const string Taken = "d..3. init-9: mm_page_alloc_zone_locked: page=0 pfn=5000 order=0 migratetype=1";
    private const string Got = "..... init-9: mm_page_alloc: page=0 pfn=5000 order=0 migratetype=1 gfp_flags=GFP_USER";
    private const string Large = "..... init-9: mm_page_alloc_zone_locked: page=0 pfn=8192 order=5 migratetype=1";
    private const string GotLarge =
        "..... init-9: mm_page_alloc: page=0 pfn=8192 order=5 migratetype=1 gfp_flags=GFP_USER";
    private const string First = "...2. init-9: mm_page_free_batched: page=0 pfn=4201 order=0";
    private const string Second = "...2. init-9: mm_page_free_batched: page=0 pfn=4202 order=0";
    private const string Low = "...2. init-9: mm_page_free_batched: page=0 pfn=100 order=0";
    private const string Free = "..s3. init-9: mm_page_free: page=0 pfn=4200 order=0";
    private const string FreeOfTask = "..... init-9: mm_page_free: page=0 pfn=4200 order=0";
    private const string FreeLow = "d.h1. init-9: mm_page_free: page=0 pfn=101 order=0";
    private const string FreeOfOther = "..s1. ksoftirqd/0-8: mm_page_free: page=0 pfn=4200 order=0";
    private const string Drain = "d.s3. init-9: mm_page_pcpu_drain: page=0 pfn=4200 order=0 migratetype=1";
    private const string Mark = "..... init-9: tracing_mark_write: a word";

    [Theory]
    [InlineData(Locks, true, Taken, Free, Got)]
    [InlineData(Locks, true, Taken, Free, Taken)]
    [InlineData(Locks, true, First, Free, Second)]
    [InlineData(NoLock, false, Taken, Free, Got)]
    [InlineData(Locks, false, Got, Free, Got)]
    [InlineData(Locks, false, Taken, FreeOfTask, Got)]
    [InlineData(Locks, false, Taken, FreeOfOther, Got)]
    [InlineData(Locks, false, Taken, FreeLow, Got)]
    [InlineData(Locks, false, Taken, Free, Mark)]
    [InlineData(Locks, false, Large, Free, GotLarge)]
    [InlineData(Locks, false, First, Free, Low)]
    [InlineData(Locks, false, First, Free, Got)]
    [InlineData(Locks, false, First, Free, Drain, Second)]
    public void What_an_interrupt_frees_goes_past_a_locked_pageset(string truth, bool isLocked, params string[] events)
    {
        using var capture = CaptureCopy.OfPhases(truth);
        var folder = Directory.GetDirectories(capture.Folder).Order().First();
        var machine = DumpedMachine.From(
            CaptureBoot.From(capture.Folder).Image, AllocatorDump.Read(new(folder), "before.freelists.txt")!);
        var text = new StringBuilder();
        // A list is announced first.
        string[] announced = [.. events.Where(one => one.Contains("batched", StringComparison.Ordinal)).Select(one =>
            one.Replace("_batched", "", StringComparison.Ordinal))];
        foreach (var one in announced.Concat(events))
        {
            var task = one.IndexOf(' ', StringComparison.Ordinal);
            var colon = one.IndexOf(':', StringComparison.Ordinal);
            text.Append(one[task..colon]).Append(" [000] ").Append(one[..task]).Append(" 2.000000").Append(one[colon..])
                .Append('\n');
        }

        var phase = TracedPhase.Read(new FtraceReader(new StringReader(text.ToString()), "trace"), "trace",
            machine, machine, new Dictionary<int, TaskPolicy>());
        Assert.Equal(isLocked ? 1 : 0, phase.Locked);
        var locked = phase.Cpus[0].Requests.Where(request => request.IsPagesetLocked).ToList();
        Assert.Equal(isLocked ? [4200L] : [], locked.Select(request => request.Frame));

        var replay = new PhaseReplay(phase, machine, new([(phase, machine)]));
        var loop = new RoundLoop(replay.Plan, GroupMap.Single(replay.Plan.CpuCount, replay.Plan.ZoneCount));
        var direct = 0;
        foreach (var cpu in loop.Cpus)
        {
            replay.Prepare(cpu);
            cpu.Visited += visit => direct += visit.Kind == ZoneVisitKind.DirectFree ? 1 : 0;
        }

        loop.Run();
        Assert.Equal(isLocked ? 1 : 0, direct);
        Assert.Equal(isLocked, replay.Result("", null).Notes.Any(note => note.Contains("1 frees of interrupts",
            StringComparison.Ordinal)));
    }
}
