using System.Text.RegularExpressions;
using Numa.Tests.Workloads.Verification;
using Numa.Workloads.Replay;

namespace Numa.Tests.Workloads.Replay;

public sealed class UntracedPagesTests
{
    private const string Stacks = "6.1-trace-bulk-1node-1g";
    private const string Forks = "p09-fork-many";
    private const string Threads = "p12-threads";

    private const string ByRequests = @"^(\d+) pages were given to untraced bulk allocations";
    private const string ByAnswers = @"^(\d+) pages ahead of the kernel's";

    private static async Task<PhaseResult> RunAsync(CaptureCopy capture, string phase) => Assert.Single(
        await CaptureReplay.RunAsync(capture.Folder, phase, new Dictionary<int, TaskPolicy>()));

    private static int Pages(PhaseResult result, string note) => result.Notes
        .Select(text => Regex.Match(text, note)).Where(match => match.Success)
        .Sum(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));

    // Stacks of 22 forked processes: what the requests tell is enough.
    [Fact]
    public async Task Stacks_are_told_by_their_frees()
    {
        using var capture = CaptureCopy.OfPhases(Stacks);
        var result = await RunAsync(capture, Forks);
        Assert.Equal(new(831, 831), result.SameFrame);
        Assert.All([result.Refills, result.FreeLists, result.Pagesets], part => Assert.True(part.IsWhole));
        Assert.Equal((88, 0), (Pages(result, ByRequests), Pages(result, ByAnswers)));
    }

    // Threads take pages for a moment: whether before their stacks were taken or after, only the answers tell.
    [Fact]
    public async Task Each_burst_of_stacks_that_requests_do_not_tell_costs_one_mismatch()
    {
        using var capture = CaptureCopy.OfPhases(Stacks);
        var result = await RunAsync(capture, Threads);
        Assert.InRange(result.SameFrame.Compared - result.SameFrame.Equal, 1, 7);
        Assert.InRange(Pages(result, ByAnswers), 100, 200);
        Assert.Equal(0, Pages(result, ByAnswers) % 4);
    }

    // Goal: that bulk allocations are inferred does not let answers into predictions. Method: pages are said to have
    // been others, that were taken long before: just as many differ, though nothing frees what was really taken.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task As_many_frames_differ_as_were_altered(int altered)
    {
        using var capture = CaptureCopy.OfPhases(Stacks);
        capture.ChangePhase(Forks, lines =>
        {
            var places = lines.Index().Where(line => line.Item.Contains("mm_page_alloc:", StringComparison.Ordinal)
                && line.Item.Contains(" order=0", StringComparison.Ordinal)).Select(line => line.Index).ToList();
            for (var i = 1; i <= altered; i++)
            {
                ref var line = ref lines[places[i * places.Count / (altered + 1)]];
                line = Regex.Replace(line, "pfn=0x[0-9a-f]+", FormattableString.Invariant($"pfn=0x{4200 + i:x}"));
            }

            return lines;
        });
        var result = await RunAsync(capture, Forks);
        Assert.Equal(new(831, 831 - altered), result.SameFrame);
        Assert.Equal(altered, result.NotFree);
    }

    // Three in a row are none, nor are pages that a process frees itself.
    [Fact]
    public void Four_frees_in_a_row_make_a_stack()
    {
        ReplayRequest Free(long time, long frame, int task = 1) =>
            new(time, task, null, ReplayRequest.Unseen, frame, 0) { ByWorker = true };
        var pages = new UntracedPages(
        [
            [
                Free(10, 100), Free(11, 101), Free(12, 102), Free(13, 103), Free(14, 200, 2), Free(15, 201, 2),
                Free(16, 202, 2), new(17, 3, null, 0, 0, 0),
                .. Enumerable.Range(300, 4).Select(frame => Free(18, frame) with { ByWorker = false }),
            ],
        ], 2);
        Assert.All(Enumerable.Range(100, 4), frame => Assert.True(pages.Are(frame)));
        Assert.All([200, 201, 202, 300, 303], frame => Assert.False(pages.Are(frame)));
        Assert.True(pages.CannotGoTo(0, 103, 5));
        Assert.False(pages.CannotGoTo(0, 103, 13));
        Assert.True(pages.CannotGoTo(1, 100, 9));
        Assert.False(pages.CannotGoTo(1, 200, 9));
    }

    // A page that goes back in time for a new task may have become that task's stack.
    [Theory]
    [InlineData(7, false)]
    [InlineData(2, true)]
    public void A_page_given_back_before_a_new_task_may_become_its_stack(int task, bool cannot)
    {
        ReplayRequest Free(long time, long frame) =>
            new(time, 5, null, ReplayRequest.Unseen, frame, 0) { ByWorker = true };
        var pages = new UntracedPages(
        [
            [
                new(1, 5, null, 9, 0, 0), new(3, 5, null, 0, 0, 0), new(4, task, null, 9, 0, 0),
                Free(10, 100), Free(11, 101), Free(12, 102), Free(13, 103),
            ],
        ], 10);
        Assert.Equal(cannot, pages.CannotGoTo(0, 100, 2));
    }
}
