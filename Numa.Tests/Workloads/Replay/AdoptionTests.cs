using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Actors.Machine;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Tests.Workloads.Verification;
using Numa.Workloads.Replay;
using Numa.Workloads.Verification;

namespace Numa.Tests.Workloads.Replay;

public sealed class AdoptionTests
{
    private const string Old = "4.4.178-trace-1node-1g";
    private const string PingPong = "p06-pingpong";
    private const string TwoCpus = "6.1-trace-2node-1g";
    private const string CrossFree = "p14-cross-free";
    private const string Thp = "6.1-trace-1node-1g";
    private const string Fragmented = "6.12-trace-1node-1g";

    private const string OwnListSwap = @"^(pcp 0 DMA32 0 1\(Movable\) : )(\S+) (\S+)";

    private static readonly Dictionary<int, TaskPolicy> NoPolicies = [];

    private static async Task<PhaseResult> RunAsync(CaptureCopy capture, string phase) =>
        Assert.Single(await CaptureReplay.RunAsync(capture.Folder, phase, NoPolicies));

    // Goal: what a trace says the kernel answered does not leak into the prediction, and a page that is not free is
    // not adopted. Method: some allocations are said to have got frames that were not free, of the kernel's image or
    // of a live allocation before them: these differ, and nothing else does.
    [Theory]
    [InlineData(Old, PingPong, 1, true)]
    [InlineData(Old, PingPong, 5, true)]
    [InlineData(Old, "p09-thp", 5, false)]
    [InlineData(Thp, "p09-thp", 1, true)]
    [InlineData(Thp, "p09-thp", 5, false)]
    [InlineData(Fragmented, "p12-thp-fragmented", 1, false)]
    [InlineData(Fragmented, "p12-thp-fragmented", 5, true)]
    [InlineData(TwoCpus, CrossFree, 1, false)]
    [InlineData(TwoCpus, CrossFree, 5, true)]
    public async Task As_many_frames_differ_as_were_altered(string truth, string phase, int altered, bool ofImage)
    {
        using var capture = CaptureCopy.OfPhases(truth);
        capture.ChangePhase(phase, lines => Alter(lines, altered, live => ofImage ? 4200 + live.Count % 7 : live[^1],
            needsLive: !ofImage));
        var result = await RunAsync(capture, phase);
        Assert.Equal(new(result.Allocations, result.Allocations - altered), result.SameFrame);
        Assert.All([result.Refills, result.Drains, result.FreeLists, result.Pagesets],
            part => Assert.True(part.IsWhole));
        Assert.Equal((0, altered), (result.Adopted, result.NotFree));
        var expected = ofImage ? MismatchClass.HeldBefore : MismatchClass.HeldByAllocation;
        Assert.Contains(result.Mismatches, sort => sort.Class == expected);
        Assert.Empty(result.Mismatches.Where(sort => sort.Class != expected && sort.Class != MismatchClass.OtherZone));
        Assert.Equal(altered, result.Mismatches.Sum(sort => sort.AfterReclaim + sort.AmongCpus + sort.Otherwise));
    }

    // Goal: frames of another zone do not leak by way of the fair batches, which are inferred from where the trace
    // leaves a zone.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Frames_of_another_zone_do_not_change_what_is_inferred(int altered)
    {
        const int heldOfDma = 2;
        using var capture = CaptureCopy.OfPhases(Old);
        capture.ChangePhase(PingPong, lines => Alter(lines, altered, _ => heldOfDma));
        var result = await RunAsync(capture, PingPong);
        Assert.Equal(new(result.Allocations, result.Allocations - altered), result.SameFrame);
        Assert.Equal((MismatchClass.OtherZone, altered),
            (Assert.Single(result.Mismatches).Class, result.Mismatches[0].Count));
        Assert.All([result.Refills, result.Drains, result.FreeLists, result.Pagesets],
            part => Assert.True(part.IsWhole));
    }

    // With frames that are free the model goes on as the trace says: no fewer frames differ, and each has its class.
    [Theory]
    [InlineData(Old, PingPong, 1)]
    [InlineData(TwoCpus, CrossFree, 5)]
    public async Task Free_frames_are_adopted(string truth, string phase, int altered)
    {
        using var capture = CaptureCopy.OfPhases(truth);
        var free = FreeFrame(capture, phase);
        capture.ChangePhase(phase, lines => Alter(lines, altered, _ => free++));
        var result = await RunAsync(capture, phase);
        var mismatches = result.SameFrame.Compared - result.SameFrame.Equal;
        Assert.InRange(mismatches, altered, result.Allocations);
        Assert.InRange(result.Adopted, altered, mismatches);
        Assert.Equal(mismatches, result.Mismatches.Sum(sort => sort.Count));
        Assert.Equal(mismatches, result.Adopted + result.NotFree);
        Assert.Contains(result.Mismatches, sort => sort.Class == MismatchClass.FreeList);
    }

    // Pages of a list change places before the phase. What is wrong is put right as the kernel's pages are seen,
    // so that there are no more mismatches than pages, and in the end the lists are the kernel's.
    [Theory]
    [InlineData(Old, PingPong, OwnListSwap, 1, @"head of CPU 0's list of 0:DMA32, \d+ behind it")]
    [InlineData(TwoCpus, CrossFree, @"^(free 0 DMA32 0 Movable \d+ : )(\S+) (\S+)", 1,
        "first of a refill of 63 from 0:DMA32")]
    [InlineData(TwoCpus, CrossFree, @"^(free 0 DMA32 2 Movable \d+ : )(\S+) (\S+)", 4, null)]
    public async Task An_adopted_mismatch_does_not_spread(
        string truth, string phase, string swapped, int mismatches, string? reason)
    {
        using var capture = CaptureCopy.OfPhases(truth);
        capture.Change(Path.Combine(phase, "before.freelists.txt"), swapped, "$1$3 $2");
        var result = await RunAsync(capture, phase);
        Assert.Equal(new(result.Allocations, result.Allocations - mismatches), result.SameFrame);
        Assert.All([result.FreeLists, result.Pagesets], part => Assert.True(part.IsWhole));
        Assert.Equal((mismatches, 0), (result.Adopted, result.NotFree));
        Assert.Equal(MismatchClass.OwnList, Assert.Single(result.Mismatches).Class);
        if (reason is null) return;
        Assert.Matches(@"^line \d+: order 0 Movable: the kernel 0x\w+ \(entry 1 behind the head of CPU 0's list of "
            + @"0:DMA32, order 0 Movable\), the model 0x\w+ \(" + reason, result.FirstMismatch);
    }

    // A page of the buddy lists is taken out of its block, and the model's own goes there: all pages are accounted for.
    [Theory]
    [InlineData(Old, PingPong)]
    [InlineData(TwoCpus, CrossFree)]
    public async Task No_page_is_lost_in_an_exchange(string truth, string phase)
    {
        using var whole = CaptureCopy.OfPhases(truth);
        using var altered = CaptureCopy.OfPhases(truth);
        var free = FreeFrame(altered, phase);
        altered.ChangePhase(phase, lines => Alter(lines, 3, _ => free++));
        var (before, _, _) = await PlayAsync(whole, phase, threads: 1);
        var (after, adopters, _) = await PlayAsync(altered, phase, threads: 1);
        // The pages that the trace now never frees: what was exchanged for a page that it frees under another name.
        Assert.InRange(adopters.Adopted, 3, adopters.Allocations);
        Assert.Equal(before, after + adopters.Notes.Sum(LeftOut));
    }

    private static long LeftOut(string note) =>
        note.Contains("frees were left out", StringComparison.Ordinal)
            ? long.Parse(note.Split(' ')[0], CultureInfo.InvariantCulture)
            : 0;

    // Goal: the actors do what a loop in one thread does. Method: phases that adopt, on one and on several threads.
    [Theory]
    [InlineData(Old, PingPong, 1)]
    [InlineData(TwoCpus, CrossFree, 1)]
    [InlineData(TwoCpus, CrossFree, 3)]
    public async Task Actors_and_a_loop_give_the_same(string truth, string phase, int threads)
    {
        using var capture = CaptureCopy.OfPhases(truth);
        var free = FreeFrame(capture, phase);
        capture.ChangePhase(phase, lines => Alter(lines, 5, _ => free++));
        var (replay, after) = Load(capture, phase);
        var loop = new RoundLoop(replay.Plan, GroupMap.Single(replay.Plan.CpuCount, replay.Plan.ZoneCount));
        foreach (var cpu in loop.Cpus) replay.Prepare(cpu);
        loop.Run();
        var expected = replay.Result(phase, replay.Compare(after, loop.Zones, loop.Cpus));
        Assert.True(expected.Adopted > 1);
        var (_, actual, hash) = await PlayAsync(capture, phase, threads);
        Assert.Equal(RunHash.Of(loop.Zones, loop.Cpus, replay.Plan.Tasks), hash);
        Assert.Equal(expected.Frames, actual.Frames);
        Assert.Equal(expected.Mismatches.AsEnumerable(), actual.Mismatches.AsEnumerable());
        Assert.Equal(expected with { Frames = [], Mismatches = [], Notes = [] },
            actual with { Frames = [], Mismatches = [], Notes = [] });
    }

    [Fact]
    public void A_prediction_is_written_once()
    {
        var sheet = new Prediction.Sheet(1);
        sheet.Write(0, null);
        Assert.Throws<InvariantBreachException>(() => sheet.Write(0, new(5, 0, 0)));
        Assert.Null(sheet[0]!.Block);
    }

    private static (PhaseReplay Replay, AllocatorDump? After) Load(CaptureCopy capture, string phase)
    {
        var (phases, ticks) =
            CaptureReplay.LoadAsync(capture.Folder, phase, NoPolicies).GetAwaiter().GetResult();
        var (folder, machine, traced) = phases.First(read => read.Folder.Name == phase);
        return (new(traced, machine, ticks), AllocatorDump.Read(folder, "after.freelists.txt"));
    }

    private static async Task<(long Free, PhaseResult Result, string Hash)> PlayAsync(
        CaptureCopy capture, string phase, int threads)
    {
        var (replay, after) = Load(capture, phase);
        var outcome = await SimulationHost.RunAsync(replay.Plan, threads, isVirtual: true, replay.Prepare);
        Assert.All(outcome.Zones, zone => zone.Zone.CheckInvariants());
        var free = outcome.Zones.Sum(zone => zone.Zone.FreePages)
            + outcome.Cpus.Sum(cpu => cpu.Zones.Sum(zone => (long)(zone?.Pageset.Count ?? 0)));
        return (free, replay.Result(phase, replay.Compare(after, outcome.Zones, outcome.Cpus)),
            RunHash.Of(outcome.Zones, outcome.Cpus, replay.Plan.Tasks));
    }

    /// <summary>Gives allocations of order 0, spread over the trace, another frame.</summary>
    /// <param name="frameOf">The frame, by what is allocated then and not freed.</param>
    /// <param name="needsLive">Waits until something is allocated.</param>
    private static string[] Alter(
        string[] lines, int count, Func<List<long>, long> frameOf, bool needsLive = false)
    {
        var live = new List<long>();
        var places = lines.Count(line => IsOrderZero(line, "mm_page_alloc:")) / (count + 1);
        for (int i = 0, seen = 0, changed = 0; i < lines.Length; i++)
        {
            if (IsOrderZero(lines[i], "mm_page_free:")) live.Remove(FrameOf(lines[i]));
            if (!IsOrderZero(lines[i], "mm_page_alloc:")) continue;
            seen++;
            if (changed < count && seen > places * (changed + 1) && (live.Count > 0 || !needsLive))
            {
                changed++;
                lines[i] = Regex.Replace(lines[i], "pfn=(0x)?[0-9a-f]+",
                    FormattableString.Invariant($"pfn=0x{frameOf(live):x}"));
            }
            else
            {
                live.Add(FrameOf(lines[i]));
            }
        }

        return lines;
    }

    private static bool IsOrderZero(string line, string name) =>
        line.Contains(name, StringComparison.Ordinal) && line.Contains(" order=0", StringComparison.Ordinal);

    private static long FrameOf(string line)
    {
        var digits = Regex.Match(line, "pfn=(0x)?([0-9a-f]+)");
        return Convert.ToInt64(digits.Groups[2].Value, digits.Groups[1].Success ? 16 : 10);
    }

    /// <summary>A frame within the last free block of order 10.</summary>
    private static long FreeFrame(CaptureCopy capture, string phase)
    {
        var text = File.ReadAllText(Path.Combine(capture.Folder, phase, "before.freelists.txt"));
        var list = Regex.Match(text, @"^free 0 DMA32 10 Movable \d+ : .*?(\w+)$", RegexOptions.Multiline);
        Assert.True(list.Success);
        return Convert.ToInt64(list.Groups[1].Value, 16) + 100;
    }
}
