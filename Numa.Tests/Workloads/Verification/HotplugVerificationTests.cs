using Numa.Core.Diagnostics;
using Numa.Workloads.Verification;

namespace Numa.Tests.Workloads.Verification;

// 6.1-hotplug: 2 x 2 GiB, 1 GiB plugged into node 1, then online_kernel, online_movable and online, each after the
// other. 6.12-hotplug: four nodes at equal distance, of which the last has a CPU and no memory; it gets 512 MiB, first
// as Movable, is emptied, gets it as Normal, loses it, and node 2 gets 512 MiB in both zones; writes are refused.
public class HotplugVerificationTests
{
    private const string Steps = "hotplug-steps.txt";
    private const string Blocks = "memory_blocks.txt";

    [Theory]
    [InlineData("6.1-hotplug", 3500)]
    [InlineData("6.12-hotplug", 4000)]
    public void Each_step_of_a_real_machine_is_reproduced(string truth, int least)
    {
        using var capture = new HotplugCapture(truth);
        var claim = capture.Verify();
        Assert.Null(claim.FirstDifference);
        Assert.Equal(claim.Compared, claim.Equal);
        Assert.InRange(claim.Compared, least, 2 * least);
    }

    [Theory]
    [InlineData("03-offline-again/zoneinfo.txt", @"min      64", "min      65", "0:DMA min", "65", "64")]
    [InlineData("02-online_kernel-all/zoneinfo.txt", "spanned  786432", "spanned  786431", "1:Normal spanned",
        "786431", "786432")]
    [InlineData("04-online_movable-all/freelists.txt", "^zonelist 0 NOFALLBACK:.*$", "zonelist 0 NOFALLBACK: 0:DMA(0)",
        "zonelist 0 NOFALLBACK", "zonelist 0 NOFALLBACK: 0:DMA(0)", "zonelist 0 NOFALLBACK: 0:DMA32(1) 0:DMA(0)")]
    [InlineData("05-offline-again/zoneinfo.txt", "high:  5116", "high:  5115", "0:DMA32 cpu 0 high", "5115", "5116")]
    [InlineData("05-offline-again/memory_blocks.txt", @"\[Normal Movable\]", "[Movable]", "memory48 zones", "Movable",
        "Normal Movable")]
    [InlineData("06-online-all/meminfo.txt", "MemTotal:        5044768", "MemTotal:        5044764", "MemTotal",
        "5044764", "5044768")]
    [InlineData("dmesg-end.txt", "Total pages: 1006478", "Total pages: 1", "'Built' 1",
        "Built 2 zonelists, mobility grouping on.  Total pages: 1",
        "Built 2 zonelists, mobility grouping on.  Total pages: 1006478")]
    public void One_altered_number_is_reported_and_nothing_else(
        string file, string pattern, string replacement, string where, string kernel, string ours)
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        capture.Change(file, pattern, replacement);
        var claim = capture.Verify();
        Assert.Equal(claim.Compared - 1, claim.Equal);
        Assert.Contains(where, claim.FirstDifference!.Where, StringComparison.Ordinal);
        Assert.Equal((kernel, ours), (claim.FirstDifference.Kernel, claim.FirstDifference.Ours));
        Assert.NotEmpty(claim.FirstDifference.Rule);
    }

    [Fact]
    public void Largest_blocks_stand_in_the_order_in_which_they_went_online()
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        var compared = capture.Verify().Compared;
        capture.Change("04-online_movable-all/freelists.txt", " 180000 180400 ", " 180400 180000 ");
        var claim = capture.Verify();
        Assert.Equal((compared, compared - 2), (claim.Compared, claim.Equal));

        // And what went offline stands in no list.
        File.WriteAllText(Path.Combine(capture.Folder, "07-offline-again", "freelists.txt"),
            "free 1 Normal 9 Movable 1 : 180000\n");
        Assert.Equal((compared + 1, compared - 2), (capture.Verify().Compared, capture.Verify().Equal));
    }

    // Goal: the record of writes is not needed where states and names tell the same. The folder of the first block has
    // no record of states at all.
    [Fact]
    public void Without_the_writes_states_and_names_tell_what_was_done()
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        var compared = capture.Verify().Compared;
        capture.Delete(Steps);
        var claim = capture.Verify();
        Assert.Null(claim.FirstDifference);
        Assert.Equal(compared, claim.Compared);
    }

    // Goal: the states are not needed where the writes tell. Only the folder after the plugging says where blocks lie.
    [Fact]
    public void Without_states_the_writes_tell_what_was_done()
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        capture.Delete(Blocks);
        foreach (var folder in Directory.GetDirectories(capture.Folder))
        {
            if (Path.GetFileName(folder) != "01-plugged-offline") File.Delete(Path.Combine(folder, Blocks));
        }

        Assert.Null(capture.Verify().FirstDifference);
    }

    [Fact]
    public void A_step_that_nothing_explains_is_a_problem_of_the_input()
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        Directory.CreateDirectory(Path.Combine(capture.Folder, "08-shaken"));
        var problem = Assert.Single(
            Assert.Throws<InputException>(() => CaptureVerification.Verify(capture.Folder)).Problems);
        Assert.Equal("NUMA120", problem.Code);
        Assert.EndsWith("08-shaken", problem.At.File, StringComparison.Ordinal);
        Assert.StartsWith("no line 'step 08' in hotplug-steps.txt, no memory_blocks.txt, and no command in the name: "
            + "expected before, plugged, online,", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_that_went_online_nobody_knows_how_is_a_problem_of_the_input()
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        capture.Delete(Steps);
        Directory.Move(Path.Combine(capture.Folder, "06-online-all"), Path.Combine(capture.Folder, "06-x"));
        Directory.Delete(Path.Combine(capture.Folder, "06-online-first-block"), recursive: true);
        var problem = Assert.Single(
            Assert.Throws<InputException>(() => CaptureVerification.Verify(capture.Folder)).Problems);
        Assert.StartsWith("memory48 went online, and neither", problem.Message, StringComparison.Ordinal);

        capture.Change("01-plugged-offline/memory_blocks.txt", @"(memory48 .*) node1", "$1");
        Assert.Contains("memory48 has no node", Assert.Single(
            Assert.Throws<InputException>(() => CaptureVerification.Verify(capture.Folder)).Problems).Message);
    }

    // Goal: a table of a step is read as carefully as those of the machine itself.
    [Theory]
    [InlineData("03-offline-again/zoneinfo.txt", "spanned  4095", "spanned  -4095", "error NUMA160")]
    [InlineData("04-online_movable-all/freelists.txt", " 180000 180400 ", " 18000x 180400 ",
        "error NUMA121: found '18000x' in the dump; expected a frame in hexadecimal digits")]
    [InlineData("04-online_movable-all/freelists.txt", "^free 1 Movable 10 ", "free 1 Movable 20 ",
        "error NUMA121: found '20' in the dump; expected an order from 0 to 10")]
    public void A_table_that_cannot_be_read_is_a_problem_of_the_input(
        string file, string pattern, string replacement, string problem)
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        capture.Change(file, pattern, replacement);
        var found = Assert.Single(
            Assert.Throws<InputException>(() => CaptureVerification.Verify(capture.Folder)).Problems).ToString();
        Assert.Contains(problem, found, StringComparison.Ordinal);
        Assert.Contains(file + ":", found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_to_a_block_that_no_file_shows_is_a_problem_of_the_input()
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        capture.Change(Steps, "step 02 memory48", "step 02 memory99");
        Assert.Equal("memory99 is in no memory_blocks.txt", Assert.Single(
            Assert.Throws<InputException>(() => CaptureVerification.Verify(capture.Folder)).Problems).Message);
    }

    [Fact]
    public void What_the_kernel_took_and_our_rules_refuse_is_a_difference()
    {
        using var capture = new HotplugCapture("6.12-hotplug");
        capture.Change(Steps, "<- online errno 22", "<- online errno 0");
        var claim = capture.Verify();
        Assert.Equal(claim.Compared - 1, claim.Equal);
        Assert.Equal(("taken", "refused"), (claim.FirstDifference!.Kernel, claim.FirstDifference.Ours));
        Assert.EndsWith("is online already", claim.FirstDifference.Rule, StringComparison.Ordinal);
    }

    // A refused write is no reason to do what the folder's name says.
    [Fact]
    public void A_write_that_the_kernel_refused_changes_nothing()
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        var compared = capture.Verify().Compared;
        File.AppendAllText(Path.Combine(capture.Folder, Steps), "step 08 memory48 <- online errno 16\n");
        Directory.CreateDirectory(Path.Combine(capture.Folder, "08-online-first-block"));
        File.Copy(Path.Combine(capture.Folder, "07-offline-again", "zoneinfo.txt"),
            Path.Combine(capture.Folder, "08-online-first-block", "zoneinfo.txt"));
        var claim = capture.Verify();
        Assert.Null(claim.FirstDifference);
        Assert.InRange(claim.Compared, compared + 1, 2 * compared);
    }

    [Theory]
    [InlineData("02-online_kernel-first-block", 2, 1, false)]
    [InlineData("4-online-3-blocks", 4, 3, false)]
    [InlineData("4-online-first-3-blocks", 4, 3, false)]
    [InlineData("07-offline-again", 7, null, true)]
    [InlineData("01-plugged-offline", 1, null, false)]
    public void Names_of_folders_are_read_by_their_words(string name, int step, int? blocks, bool isOffline)
    {
        using var capture = new HotplugCapture("6.1-hotplug");
        Directory.CreateDirectory(Path.Combine(capture.Folder, name));
        var folder = Assert.Single(HotplugFolder.In(new(capture.Folder)), folder => folder.Name == name);
        Assert.Equal((step, blocks, isOffline), (folder.Step, folder.Blocks, folder.IsOffline));
    }
}
