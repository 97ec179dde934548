using System.Text.RegularExpressions;
using Numa.Cli.Execution;
using Numa.Cli.Tables;
using Numa.Tests.Workloads;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Cli;

/// <summary>What <c>numa show</c> prints in the kernel's own formats.</summary>
public class MachineSheetTests
{
    // Goal: buddyinfo holds every free page. Method: blocks times their sizes are the pages that boot released.
    [Fact]
    public void Buddyinfo_adds_up_to_what_was_released()
    {
        var booted = Boot();
        var lines = MachineSheet.Of(booted, ShowTopic.Buddyinfo).TrimEnd('\n').Split('\n');

        Assert.Equal(booted.Image.Zones.Length, lines.Length);
        Assert.StartsWith(
            "Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      3 ",
            lines[0], StringComparison.Ordinal);
        foreach (var (line, zone) in lines.Zip(booted.Image.Zones))
        {
            var counts = Counts(line[21..]);
            Assert.Equal(zone.Freed.Value, counts.Select((count, order) => count << order).Sum());
        }
    }

    // Goal: the format and the number of pageblocks are the kernel's. Method: nothing is allocated yet, so that all are
    // Movable but the first, whose frame 0 is no memory; their number is that of 520160 pages behind the first 4096, in
    // sections of memory only.
    [Fact]
    public void Pagetypeinfo_counts_pageblocks_where_there_is_memory()
    {
        var text = MachineSheet.Of(Boot(), ShowTopic.Pagetypeinfo);

        Assert.StartsWith(
            "Page block order: 9\nPages per block:  512\n\nFree pages count per migrate type at order       0      1 ",
            text, StringComparison.Ordinal);
        Assert.Contains("\nNode    0, zone      DMA, type    Unmovable      0      0      0      0      0      0 "
            + "     0      0      1      0      0 \n", text, StringComparison.Ordinal);
        Assert.Contains("\nNode    0, zone      DMA, type      Movable      0      0      0      0      0      0 "
            + "     0      0      0      1      3 \n", text, StringComparison.Ordinal);
        Assert.Contains("\nNode 0, zone      DMA            1            7            0            0            0 \n",
            text, StringComparison.Ordinal);
        Assert.Contains("\nNumber of blocks type     Unmovable      Movable  Reclaimable   HighAtomic      Isolate \n",
            text, StringComparison.Ordinal);
        Assert.Contains("\nNode 0, zone    DMA32            0         1016            0            0            0 \n",
            text, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(text, "^Page block order", RegexOptions.Multiline));
    }

    // Goal: up to 4.3 the first wholly released pageblocks are Reserve, one where the min mark is below 512 pages, else
    // two. Method: the counts of the real kernel's file, less what it had claimed for Unmovable and Reclaimable by then.
    [Fact]
    public void Pagetypeinfo_of_3_10_shows_the_reserve()
    {
        var file = ScenarioLoader.LoadMachine(
            Path.Combine(ScenarioTexts.Configs, "machines", "spill-3.10.108-zone"), []);
        var text = MachineSheet.Of(MachineBoot.Boot(file.Machine, file.Boot, []), ShowTopic.Pagetypeinfo);
        var kernel = Core.Boot.CapturedMachine.File("spill-3.10.108-zone", "pagetypeinfo.txt");
        const string dma = "Node 0, zone      DMA            1            0            6            1            0 ";
        const string reserve =
            "Node    0, zone      DMA, type      Reserve      0      0      0      0      0      0      0      0 "
            + "     0      1      0 ";

        Assert.Contains("\nNumber of blocks type     Unmovable  Reclaimable      Movable      Reserve      Isolate \n",
            text, StringComparison.Ordinal);
        foreach (var line in (string[])[dma, reserve,
            "Node 0, zone    DMA32            0            0         1014            2            0 "])
        {
            Assert.Contains($"\n{line}\n", text, StringComparison.Ordinal);
            Assert.Contains($"\n{line}\n", kernel, StringComparison.Ordinal);
        }

        Assert.Contains("\nNode 1, zone   Normal            0            0         2046            2            0 \n",
            text, StringComparison.Ordinal);
    }

    // Goal: the lines are those of the log. Method: look each up in the log of that very boot.
    [Fact]
    public void Boot_prints_the_messages_of_the_log()
    {
        var text = MachineSheet.Of(Boot(), ShowTopic.Boot);
        var log = Core.Boot.CapturedMachine.File("qemu-2node-4g", "dmesg.txt");
        var messages = text[..text.IndexOf("Memory model", StringComparison.Ordinal)].TrimEnd('\n').Split('\n');

        Assert.InRange(messages.Length, 27, 32);
        Assert.All(messages, message => Assert.Contains("] " + message, log, StringComparison.Ordinal));
        Assert.Contains("managed at the end: 2031239 pages", text, StringComparison.Ordinal);
    }

    // Goal: old kernels print short addresses and say nothing of the fallback order. Method: a log of 3.10 and of 4.4.
    [Theory]
    [InlineData("spill-3.10.108-zone", "  DMA      [mem 0x00001000-0x00ffffff]")]
    [InlineData("spill-4.4.178-zone", "  DMA      [mem 0x0000000000001000-0x0000000000ffffff]")]
    public void Boot_of_an_old_release_prints_the_messages_of_its_log(string name, string range)
    {
        var file = ScenarioLoader.LoadMachine(Path.Combine(ScenarioTexts.Configs, "machines", name), []);
        var text = MachineSheet.Of(MachineBoot.Boot(file.Machine, file.Boot, []), ShowTopic.Boot);
        var log = Core.Boot.CapturedMachine.File(name, "dmesg.txt");
        var ranges = text[text.IndexOf("Zone ranges:", StringComparison.Ordinal)..].Split('\n')
            .TakeWhile(line => !line.StartsWith("Memory model", StringComparison.Ordinal)).ToList();

        Assert.Contains(range, ranges);
        Assert.All(ranges.Where(line => line.Length > 0), line =>
            Assert.Contains("] " + line, log, StringComparison.Ordinal));
        Assert.DoesNotContain("Fallback order", text, StringComparison.Ordinal);
    }

    // Goal: a machine whose free lists cannot be kept is refused where they are needed, and shown where not.
    [Theory]
    [InlineData(2, "show", "machines/two-socket-8g.yaml", "buddyinfo", "nodes.0.memory=8TiB")]
    [InlineData(2, "show", "machines/two-socket-8g.yaml", "boot", "nodes.0.memory=8TiB")]
    [InlineData(2, "run", "scenarios/dma32-device.yaml", "--set", "machine.nodes.0.memory=8TiB")]
    [InlineData(0, "show", "machines/two-socket-8g.yaml", "zoneinfo", "nodes.0.memory=8TiB")]
    public async Task A_zone_larger_than_its_free_lists_is_a_problem(
        int exitCode, string command, string file, string topic, string setting)
    {
        string[] arguments = [command, Path.Combine(ScenarioTexts.Configs, file), topic, "--set", setting];
        var run = await CommandLineRun.OfAsync(
            [.. arguments.Distinct()], new Simulator(TimeProvider.System));

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(exitCode == 2, run.Error.Contains("error NUMA219: zone 0:Normal spans", StringComparison.Ordinal));
    }

    private static BootedMachine Boot()
    {
        var file = ScenarioLoader.LoadMachine(Path.Combine(ScenarioTexts.Configs, "machines", "qemu-2node-4g"), []);
        return MachineBoot.Boot(file.Machine, file.Boot, []);
    }

    private static List<long> Counts(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
}
