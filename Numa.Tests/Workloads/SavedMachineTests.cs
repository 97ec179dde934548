using System.Text.RegularExpressions;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Tests.Cli;
using Numa.Tests.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

/// <summary>A saved /proc/zoneinfo as a machine.</summary>
public sealed partial class SavedMachineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("numa-saved-").FullName;
    private int _saved;

    public static TheoryData<string> Captures =>
        new(Directory.GetFiles(TuningCapture.Root(), "tuning.txt.gz", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Goal: zones, CPUs and marks are what the kernel showed, whatever was written before. Method: every zoneinfo that
    // was taken after a write of min_free_kbytes or of a ratio; the write recomputed them from the pages shown.
    // Tolerance: a page, as min_free_kbytes is known to a few KiB only, and 2 % for a scale factor or ratio told by
    // quotients of pages.
    [Theory]
    [MemberData(nameof(Captures))]
    public void Marks_and_reserves_are_the_saved_ones(string name)
    {
        var capture = new TuningCapture(Path.Combine(TuningCapture.Root(), name));
        var compared = 0;
        foreach (var (step, _, _, taken, _) in capture.Writes())
        {
            var file = "zoneinfo." + step;
            if (!taken || !capture.Has(file)) continue;
            var shown = capture.Zoneinfo(file).Where(zone => zone.IsPopulated).ToList();
            var booted = Boot(capture[file], capture["version.txt"], capture["nodes.txt"]);

            Assert.Equal(
                string.Join(' ', capture.Cpus().NodeOfCpu), string.Join(' ', booted.Image.Cpus.NodeOfCpu));
            Assert.Equal(
                shown.Select(zone => (zone.Id, zone.Start.Value, zone.Spanned, zone.Present, zone.Managed, zone.Free)),
                booted.Image.Zones.Select(zone => (zone.Id, zone.Start.Value, zone.Spanned.Value, zone.Present.Value,
                    zone.Managed.Value, zone.Freed.Value)));
            foreach (var zone in shown)
            {
                var ours = booted.Tuning[zone.Id];
                Near($"{step} {zone.Id} min", zone.Marks.Min.Value - zone.Boost, ours.Marks.Min.Value, 0);
                Near($"{step} {zone.Id} low", zone.Marks.Low.Value - zone.Boost, ours.Marks.Low.Value, 0.02);
                var kinds = KernelArchitecture.X64.ZoneKinds;
                for (var i = 0; i < zone.Protection.Length; i++)
                    Near($"{step} {zone.Id} reserve {i}",
                        zone.Protection[i], ours.LowmemReserve[(int)kinds[i]].Value, 0.02);
                compared++;
            }
        }

        if (capture.Has("sysctl-changes.txt")) Assert.InRange(compared, 10, 1000);

        static void Near(string what, long shown, long ours, double share) => Assert.True(
            Math.Abs(shown - ours) <= 2 + share * shown, $"{what}: the kernel shows {shown}, here it is {ours}");
    }

    // Goal: free lists hold just as many blocks of each order as were saved. Method: any state that taking and giving
    // can lead to; its counts are laid out in the same memory again.
    [Fact]
    public void Any_counts_of_free_blocks_can_be_laid_out_again() =>
        Gen.Select(Gen.Int[0, 10].Array[1, 400], Gen.Int[1, 3000], Gen.Int[4000, 9000]).Sample((orders, start, end) =>
        {
            var zone = Generators.Zones.Zone("6.1", start, end, (start, end));
            var taken = orders.Select(order => (Order: order, Frame: Generators.Zones.Take(zone, order)))
                .Where(block => block.Frame >= 0).ToList();
            foreach (var (order, frame) in taken.Where((_, i) => i % 2 == 0))
                Generators.Zones.Give(zone, order, frame);
            var before = Numa.Core.Text.BlockCountText.Buddyinfo([zone]);

            var booted = Boot($"""
                Node 0, zone   Normal
                  pages free     {zone.FreePages}
                        spanned  {end - start}
                        present  {end - start}
                        managed  {end - start}
                  start_pfn:           {start}
                """, "Linux version 6.1.0", null, before);

            Assert.Equal(before, Numa.Core.Text.BlockCountText.Buddyinfo(
                booted.Image.Zones.Select(image => new Zone(booted.Image.Release, image))));
            Assert.Equal(zone.FreePages, booted.Image.Zones[0].Freed.Value);
        }, iter: 200);

    // Goal: what numactl prints, and what grep prints of sysfs, is understood. Method: a ring of four nodes; the walk
    // follows the distances.
    [Theory]
    [InlineData("""
        available: 4 nodes (0-3)
        node 0 cpus: 0 4
        node 0 size: 2048 MB
        node 1 cpus: 1 5
        node 2 cpus: 2 6
        node 3 cpus: 3 7
        node distances:
        node   0   1   2   3
          0:  10  20  30  20
          1:  20  10  20  30
          2:  30  20  10  20
          3:  20  30  20  10
        """)]
    [InlineData("""
        /sys/devices/system/node/node0/cpulist:0,4
        /sys/devices/system/node/node0/distance:10 20 30 20
        /sys/devices/system/node/node1/cpulist:1,5
        /sys/devices/system/node/node1/distance:20 10 20 30
        /sys/devices/system/node/node2/cpulist:2,6
        /sys/devices/system/node/node2/distance:30 20 10 20
        /sys/devices/system/node/node3/cpulist:3,7
        /sys/devices/system/node/node3/distance:20 30 20 10
        """)]
    public void Nodes_are_read_as_numactl_and_sysfs_list_them(string nodes)
    {
        var capture = new TuningCapture(Path.Combine(TuningCapture.Root(), "4.9.229-4node-2g-ring-default"));
        var booted = Boot(capture["zoneinfo.txt"], "4.9.229", nodes);

        Assert.Equal("0 1 3 2", NodesOf(booted));
        Assert.Equal([0, 1, 2, 3], booted.Image.Cpus.NodeOfCpu.Take(4).Select(node => node.Value));
    }

    // Goal: a run starts from the free pages that the machine had, and keeps its books.
    [Fact]
    public async Task A_scenario_runs_on_a_saved_machine()
    {
        var saved = Save(File.ReadAllText(Config("zoneinfo.txt")), File.ReadAllText(Config("version.txt")), null);
        var run = await CommandLineRun.OfAsync(
            ["run", Path.Combine(ScenarioTexts.Configs, "scenarios", "page-fault-storm.yaml"), "--machine", saved,
             "--set", "operations=2000", "--format", "json"], new Numa.Cli.Execution.Simulator(TimeProvider.System));

        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
        Assert.Contains("\"conserved\": true", run.Output, StringComparison.Ordinal);
        Assert.Contains("CPUs are dealt to the nodes in runs", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_or_wrong_is_said_all_at_once()
    {
        var problems = Assert.Throws<InputException>(() => Boot("""
            Node 0, zone   Normal
              pages free     50
                    spanned  100
                    present  40
                    managed  40
            nonsense
            """, null, "nothing", "Node 0, zone Normal 1 2")).Problems;

        Assert.Equal(
            ["NUMA160 6", "NUMA103 0", "NUMA161 1", "NUMA162 0", "NUMA116 0"],
            problems.Select(problem => $"{problem.Code} {problem.At.Line}"));
    }

    // Goal: what a saved machine cannot tell is refused, not made up.
    [Fact]
    public async Task A_saved_machine_shows_no_boot()
    {
        var saved = Save(File.ReadAllText(Config("zoneinfo.txt")), "6.1", null);
        var run = await CommandLineRun.OfAsync(
            ["show", saved, "boot"], new Numa.Cli.Execution.Simulator(TimeProvider.System));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("tells nothing of the boot", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("earlyAllocator=bootmem")]
    [InlineData("memoryModel=flat")]
    public async Task What_only_a_boot_decides_cannot_be_set_on_a_saved_machine(string setting)
    {
        var saved = Save(File.ReadAllText(Config("zoneinfo.txt")), "6.1", null);
        var run = await CommandLineRun.OfAsync(
            ["show", saved, "zoneinfo", "--set", setting], new Numa.Cli.Execution.Simulator(TimeProvider.System));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("error NUMA115: a saved zoneinfo tells nothing of the boot", run.Error,
            StringComparison.Ordinal);
    }

    // Goal: pageblocks of a saved machine are counted. Method: 2 x 4 GiB of memory are 4096 of 2 MiB.
    [Fact]
    public async Task A_saved_machine_has_pageblocks()
    {
        var saved = Save(File.ReadAllText(Config("zoneinfo.txt")), "6.1", null);
        var run = await CommandLineRun.OfAsync(
            ["show", saved, "pagetypeinfo"], new Numa.Cli.Execution.Simulator(TimeProvider.System));

        var counts = run.Output.Split('\n').Where(line => line.StartsWith("Node ", StringComparison.Ordinal)
            && !line.Contains("type", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, counts.Count);
        Assert.Equal(4096, counts.Sum(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4..]
            .Sum(int.Parse)));
    }

    // Goal: no number in a file ends in an unexpected error, and what is refused is named by its line.
    [Theory]
    [InlineData("        min      9223372036854775807", "zoneinfo.txt:5:1: error NUMA160")]
    [InlineData("        boost    99999999999999", "zoneinfo.txt:5:1: error NUMA160")]
    [InlineData("        protection: (0, 99999999999999)", "zoneinfo.txt:5:1: error NUMA160")]
    [InlineData("  pagesets\n    cpu: 9223372036854775807", "zoneinfo.txt:6:1: error NUMA160")]
    [InlineData("  start_pfn:           1099511627777", "zoneinfo.txt:5:1: error NUMA160")]
    [InlineData("    nr_free_pages 50\n        scanned  1099511627777", "zoneinfo.txt:6:1: error NUMA160")]
    [InlineData("Node 1024, zone   Normal\n  pages free     1", "zoneinfo.txt:5:1: error NUMA160")]
    [InlineData("Node 1, zone   +1\n  pages free     1", "zoneinfo.txt:5:1: error NUMA160")]
    [InlineData("Node 0, zone   Normal\n  pages free     1", "zoneinfo.txt:5:1: error NUMA160")]
    public void A_number_that_cannot_be_is_a_problem_where_it_stands(string line, string problem)
    {
        var found = Assert.Throws<InputException>(() => Boot($"""
            Node 0, zone   Normal
              pages free     50
                    spanned  100
                    present  100
            {line}
            """, "6.1", null)).Problems;

        Assert.Contains(problem, Assert.Single(found).ToString(), StringComparison.Ordinal);
    }

    // Goal: a listing of nodes that does not fit is refused where it stands. Method: two nodes, one line.
    [Theory]
    [InlineData("node 1 cpus: 0 2", 2, "CPU 0 is on node 0 and on node 1")]
    [InlineData("node 2 cpus: 1", 2, "node 2 has no zone in zoneinfo; expected one of 0, 1")]
    [InlineData("node two cpus: 1", 2, "'two' is no node; expected a number from 0 to 1023")]
    [InlineData("node 1 cpus: one", 2, "'one' is no CPU and no range of CPUs; expected a list such as 0-3,8-11 with"
        + " numbers below 8192")]
    [InlineData("  1:  20  10  20", 2, "node 1 has 3 distances; expected 2, one for each node of zoneinfo")]
    [InlineData("  1:  10  20", 2, "distance of node 1 to itself is 20; expected 10")]
    [InlineData("  1:  ten  20", 2, "the distances of node 1 must be numbers from 10 to 255")]
    [InlineData("  3:  20  10", 2, "node 3 has no zone in zoneinfo; expected one of 0, 1")]
    [InlineData("/sys/devices/system/node/node1/distance\n20 11\n", 3,
        "distance of node 1 to itself is 11; expected 10")]
    public void A_listing_of_nodes_that_does_not_fit_is_a_problem(string line, int place, string message)
    {
        var problem = Assert.Single(Assert.Throws<InputException>(() => Boot(
            File.ReadAllText(Config("zoneinfo.txt")), "6.12", $"node 0 cpus: 0\n{line}")).Problems);

        Assert.Equal(("NUMA162", place, message), (problem.Code, problem.At.Line, problem.Message));
    }

    // Goal: fake nodes are no mistake. Method: with numa=fake every node lists the CPUs of its real one.
    [Fact]
    public void Fake_nodes_may_list_the_same_cpus()
    {
        var booted = Boot(File.ReadAllText(Config("zoneinfo.txt")), "6.12", "node 0 cpus: 0 1\nnode 1 cpus: 0 1\n");

        Assert.Equal([0, 0], booted.Image.Cpus.NodeOfCpu.Take(2).Select(node => node.Value));
    }

    // Goal: where a release could choose, the reader is told what was chosen. Method: the same zones under both rules.
    [Theory]
    [InlineData("4.4.178", true)]
    [InlineData("6.1", false)]
    public void The_order_of_zonelists_is_said_to_be_unknown(string version, bool said)
    {
        var booted = Boot(File.ReadAllText(Config("zoneinfo.txt")), version, null);

        Assert.Equal(said, booted.Image.Notes.Any(note =>
            note.Contains("--set zonelistOrder=", StringComparison.Ordinal)));
    }

    // Goal: whatever a user's files hold, they make a machine or problems. Method: the files of a real machine, with
    // lines lost, cut, told twice, and numbers that nobody expects.
    [Fact]
    public void Damaged_files_end_in_a_machine_or_in_problems()
    {
        var capture = new TuningCapture(Path.Combine(TuningCapture.Root(), "4.9.229-4node-2g-ring-default"));
        var counts = string.Concat(Enumerable.Repeat("  7", Numa.Core.Addressing.Order.Count));
        string[][] texts =
        [
            // Without counters, which are most of a zoneinfo and decide nothing.
            [.. capture["zoneinfo.txt"].Split('\n').Where(line => !Counter().IsMatch(line))],
            capture["nodes.txt"].Split('\n'),
            [.. capture.Zoneinfo("zoneinfo.txt").Select(zone => $"Node {zone.Id.Node}, zone {zone.Id.Kind} {counts}")],
        ];
        string[] numbers = ["0", "-1", "1023", "4294967296", "9223372036854775807", "99999999999999999999", "", "x"];
        var edit = Gen.Select(Gen.Int[0, 2], Gen.Double[0, 1], Gen.Int[0, 6], Gen.Int[0, numbers.Length - 1]);
        var machines = 0;
        edit.Array[1, 4].Sample(edits =>
        {
            var lines = texts.Select(text => text.ToList()).ToArray();
            foreach (var (file, place, kind, number) in edits)
            {
                var text = lines[file];
                var at = (int)(place * (text.Count - 1));
                if (kind == 0) text.RemoveAt(at);
                else if (kind == 1) text.Insert(at, text[text.Count - 1 - at]);
                else if (kind == 2) text[at] = text[at][..(text[at].Length / 2)];
                else text[at] = Digits().Replace(text[at], numbers[number], 1, text[at].Length / 2);
                if (text.Count == 0) text.Add("");
            }

            try
            {
                Boot(string.Join('\n', lines[0]), "4.9.229", string.Join('\n', lines[1]), string.Join('\n', lines[2]));
                Interlocked.Increment(ref machines);
            }
            catch (InputException refused)
            {
                Assert.NotEmpty(refused.Problems);
            }
        }, iter: 600);
        Assert.InRange(machines, 60, 599);
    }

    /// <summary>Nodes in the order in which node 0 falls back.</summary>
    private static string NodesOf(BootedMachine booted) => string.Join(' ', Numa.Core.Text.ZonelistText
        .FallbackOrder(booted.Image.Zonelists.Nodes[0]).Split(": ")[1].Trim());

    [GeneratedRegex(@"^ +(nr_|numa_|workingset)")]
    private static partial Regex Counter();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    private static string Config(string file) =>
        Path.Combine(ScenarioTexts.Configs, "machines", "qemu-2node-4g", file);

    private BootedMachine Boot(string zoneinfo, string? version, string? nodes, string? buddyinfo = null)
    {
        var file = ScenarioLoader.LoadMachine(Save(zoneinfo, version, nodes, buddyinfo), []);
        return MachineBoot.Boot(file.Machine, file.Boot, []);
    }

    private string Save(string zoneinfo, string? version, string? nodes, string? buddyinfo = null)
    {
        var number = Interlocked.Increment(ref _saved);
        var folder = Directory.CreateDirectory(Path.Combine(_folder, $"machine-{number}")).FullName;
        Write("zoneinfo.txt", zoneinfo);
        Write("version.txt", version);
        Write("nodes.txt", nodes);
        Write("buddyinfo.txt", buddyinfo);
        return folder;

        void Write(string name, string? text)
        {
            if (text is not null) File.WriteAllText(Path.Combine(folder, name), text);
        }
    }
}
