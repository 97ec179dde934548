using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Tests.Core.Zones;
using Numa.Workloads.Importing;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads.Importing;

// Goal: the machine that an import writes boots to what it was made of. Method: captured machines, their logs and saved
// /proc files by themselves and together.
public sealed class MachineImportTests : IDisposable
{
    private const string Listing = "available: 1 nodes (0)\nnode 0 cpus: 0 1 3\nnode 0 size: 3 MB\nnode 0 free: 1 MB\n";

    private static readonly string Machines = Path.Combine(ScenarioTexts.Configs, "machines");

    private readonly string _folder = Directory.CreateTempSubdirectory("numa-import-").FullName;

    public static TheoryData<string> Captures =>
        new(Directory.GetDirectories(Machines).Select(folder => Path.GetFileName(folder)!).Order());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // What the kernel managed in the end is in the log; its SLIT lies beside it.
    [Theory]
    [MemberData(nameof(Captures))]
    public void A_log_gives_its_zones_to_the_page(string name)
    {
        var log = Path.Combine(Machines, name, "dmesg.txt");
        var captured = EarlyBoot.Run(MachineBoot.Describe(new(Path.Combine(Machines, name), default)));
        var imported = Boot(MachineImport.Of(log, null, null));
        Assert.Equal(captured.Zones.Select(Zone), imported.Layout.Zones.Select(Zone));
        Assert.Equal(string.Join(' ', captured.Cpus.NodeOfCpu), string.Join(' ', imported.Image.Cpus.NodeOfCpu));
        Assert.Equal(captured.Release, imported.Image.Release);
        var lists = MachineBoot.Boot(new CapturedMachine(Path.Combine(Machines, name), default), Keys, []).Image;
        Assert.Equal(ZonelistText.Lists(lists.Zonelists, lists.Release.Architecture),
            ZonelistText.Lists(imported.Image.Zonelists, lists.Release.Architecture));
    }

    // In a folder the running kernel's own count of managed pages wins over what the log adds up to.
    [Theory]
    [MemberData(nameof(Captures))]
    public void A_folder_gives_the_zones_that_its_zoneinfo_shows(string name)
    {
        var folder = Path.Combine(Machines, name);
        var file = Path.Combine(folder, "zoneinfo.txt");
        if (!File.Exists(file)) return;
        var (shown, _) = ZoneinfoReader.Read(file, File.ReadAllText(file));
        var machine = MachineImport.Of(folder, null, null);
        Assert.Equal(
            shown.Where(zone => zone.IsPopulated).Select(zone => (zone.Id, zone.Present, zone.Spanned, zone.Managed)),
            Boot(machine).Layout.Zones.Select(zone =>
                (zone.Id, zone.Present.Value, zone.Spanned.Value, zone.ManagedAtEnd.Value)));
        Assert.Contains("managed: as the /proc/zoneinfo beside the log shows it.", machine.Notes);
        AssertMarks(shown, machine);
    }

    /// <summary>What the same machine showed after each of its sysctls was written, one after the other.</summary>
    public static TheoryData<string> Writes => new(Written.Files.Keys
        .Where(file => file.StartsWith("zoneinfo.after-", StringComparison.Ordinal)).Order());

    private static TuningCapture Written { get; } = new(Path.Combine(TuningCapture.Root(), "6.1-2node-4g"));

    // Goal: settings that somebody wrote survive. Method: the log of a boot with what its kernel showed later.
    [Theory]
    [MemberData(nameof(Writes))]
    public void A_folder_keeps_the_settings_that_its_zoneinfo_betrays(string file)
    {
        File.Copy(Path.Combine(Machines, "qemu-2node-4g", "dmesg.txt"), Path.Combine(_folder, "dmesg.txt"));
        File.WriteAllText(Path.Combine(_folder, "zoneinfo.txt"), Written[file]);
        AssertMarks(Written.Zoneinfo(file), MachineImport.Of(_folder, null, null));
    }

    // The sysctls tell to the KiB what marks tell to the page, and what marks do not tell; against them the marks count.
    [Theory]
    [InlineData("1025", "1025", "vm.min_free_kbytes is 1025, as the saved sysctls say")]
    [InlineData("9000", "1024", "1024 is taken. The saved sysctls say 9000.")]
    public void Sysctls_in_the_folder_complete_what_marks_betray(string saved, string taken, string note)
    {
        File.Copy(Path.Combine(Machines, "qemu-2node-4g", "dmesg.txt"), Path.Combine(_folder, "dmesg.txt"));
        File.WriteAllText(Path.Combine(_folder, "zoneinfo.txt"), Written["zoneinfo.after-min_free_kbytes.x1.txt"]);
        File.WriteAllText(Path.Combine(_folder, "sysctl.txt"), "vm.lowmem_reserve_ratio = 128\t128\t16\t0\t0\n"
            + $"vm.min_free_kbytes = {saved}\nvm.numa_zonelist_order = Node\nvm.swappiness = 10\n"
            + "vm.watermark_scale_factor = 200\nvm.zone_reclaim_mode = 0\n");
        var machine = MachineImport.Of(_folder, null, null);
        Assert.Contains($"\nsysctls:\n  vm.min_free_kbytes: {taken}\n  vm.watermark_scale_factor: 200\n"
            + "  vm.lowmem_reserve_ratio: \"128 128 16 0 0\"\n  vm.swappiness: 10\n", machine.Yaml, StringComparison.Ordinal);
        Assert.Contains(machine.Notes, told => told.Contains(note, StringComparison.Ordinal));
    }

    /// <summary>The kernel computed its marks before it freed the last of its own memory.</summary>
    private static void AssertMarks(IEnumerable<ZoneinfoZone> shown, ImportedMachine machine)
    {
        var image = Boot(machine).Image;
        foreach (var zone in shown.Where(zone => zone.IsPopulated))
        {
            var ours = image.Zones.First(own => own.Id == zone.Id).Tuning;
            AssertNear(zone.Marks.Min.Value, ours.Marks.Min.Value);
            AssertNear(zone.Marks.Low.Value, ours.Marks.Low.Value);
            AssertNear(zone.Marks.High.Value, ours.Marks.High.Value);
            AssertNear(zone.Protection.Max(), ours.LowmemReserve.Max().Value);
        }

        static void AssertNear(long shown, long ours) =>
            Assert.InRange(ours, shown - 2 - shown / 50, shown + 2 + shown / 50);
    }

    // Goal: the zoneinfo outweighs an estimate. Method: the log without what early memory was asked for, so that by itself
    // it gives other pages.
    [Fact]
    public void Where_a_log_leaves_an_estimate_the_zoneinfo_beside_it_counts()
    {
        var folder = Path.Combine(Machines, "qemu-2node-4g");
        File.Copy(Path.Combine(folder, "zoneinfo.txt"), Path.Combine(_folder, "zoneinfo.txt"));
        File.WriteAllLines(Path.Combine(_folder, "kern.log"), File.ReadLines(Path.Combine(folder, "dmesg.txt"))
            .Where(line => !line.Contains("memblock", StringComparison.OrdinalIgnoreCase)));
        var (shown, _) = ZoneinfoReader.Read("z", File.ReadAllText(Path.Combine(_folder, "zoneinfo.txt")));
        var expected = shown.Where(zone => zone.IsPopulated).Select(zone => zone.Managed).ToList();

        Assert.Equal(expected, Managed(MachineImport.Of(_folder, null, null)));
        var alone = MachineImport.Of(Path.Combine(_folder, "kern.log"), null, null);
        Assert.NotEqual(expected, Managed(alone));
        Assert.Contains(alone.Notes, note => note.StartsWith("managed: estimated from what", StringComparison.Ordinal));

        static IEnumerable<long> Managed(ImportedMachine machine) =>
            Boot(machine).Layout.Zones.Select(zone => zone.ManagedAtEnd.Value);
    }

    // Goal: a node manages what its listing says, however small or odd that is.
    [Theory]
    [InlineData(3, "4MiB")]
    [InlineData(20, "24MiB")]
    [InlineData(900, "916MiB")]
    [InlineData(3_912, "4032MiB")]
    [InlineData(257_567, "256GiB")]
    public void A_node_manages_what_was_listed(long mib, string memory)
    {
        var machine = MachineImport.Of("-", $"node 0 cpus: 0\nnode 0 size: {mib} MB\n", null);
        Assert.Equal(mib << 8, Boot(machine).Layout.Zones.Sum(zone => zone.ManagedAtEnd.Value));
        Assert.Contains($"  - memory: {memory}\n", machine.Yaml, StringComparison.Ordinal);
    }

    // The file asks for what was asked for, so that every run says that another release's rules stand in.
    [Theory]
    [InlineData("5.15", "5.15")]
    [InlineData("5.15.0-91-generic", "5.15")]
    [InlineData("6.1.192", "6.1")]
    public void A_kernel_that_is_not_known_stays_in_the_file(string named, string written) => Assert.Contains(
        $"\nkernel: \"{written}\"\n", MachineImport.Of("-", "node 0 cpus: 0\nnode 0 size: 900 MB\n", named).Yaml);

    // A distribution's name of 4.4 stands for later fixes; the file says so once, whatever told the version.
    [Theory]
    [InlineData("4.4.0-210-generic", "4.4", 1)]
    [InlineData("4.4.0", "4.4.0", 0)]
    public void The_file_says_which_rules_a_package_of_4_4_was_given(string version, string written, int notes)
    {
        var log = File.ReadAllText(Path.Combine(Machines, "spill-4.4.178-node", "dmesg.txt"))
            .Replace("Linux version 4.4.178 ", $"Linux version {version} ", StringComparison.Ordinal);
        foreach (var machine in (ImportedMachine[])[MachineImport.Of("-", log, null),
            MachineImport.Of("-", Listing, version),
            MachineImport.Of("-", "<topology><object type=\"Machine\" local_memory=\"1073741824\"><info"
                + $" name=\"OSRelease\" value=\"{version}\"/></object></topology>", null)])
        {
            Assert.Contains($"\nkernel: \"{written}\"\n", machine.Yaml, StringComparison.Ordinal);
            Assert.Equal(notes, machine.Notes.Count(note => note.StartsWith(
                $"Kernel {version} is a distribution's name", StringComparison.Ordinal)));
        }
    }

    // Whole GiB were plugged in while the kernel ran, and their descriptors lie elsewhere.
    [Fact]
    public void Memory_of_whole_GiB_is_managed_whole()
    {
        var machine = MachineImport.Of("-", "node 0 cpus: 0\nnode 0 size: 900 MB\nnode 1 cpus:\nnode 1 size: 65536 MB\n",
            null);
        Assert.Equal(64L << 18, 551936 + 16225280);
        Assert.Contains("  - memory: 64GiB\n    cpus: none\n    managed: {DMA32: 551936, Normal: 16225280}\n", machine.Yaml,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void A_saved_zoneinfo_gives_zones_and_marks(string name)
    {
        var folder = Path.Combine(Machines, name);
        if (!File.Exists(Path.Combine(folder, "zoneinfo.txt"))) return;
        File.Copy(Path.Combine(folder, "zoneinfo.txt"), Path.Combine(_folder, "zoneinfo"));
        var release = MachineBoot.Describe(new(folder, default)).Version;
        File.WriteAllText(Path.Combine(_folder, "version"), $"Linux version {release} (a@b) (gcc) #1 SMP\n");
        var saved = MachineBoot.Boot(
            new SavedMachineFile(Path.Combine(_folder, "zoneinfo"), default), Keys, []);
        var imported = Boot(MachineImport.Of(_folder, null, null));
        Assert.Equal(saved.Layout.Zones.Select(Zone), imported.Layout.Zones.Select(Zone));
        Assert.Equal(saved.Image.Zones.Select(zone => zone.Tuning.Marks),
            imported.Image.Zones.Select(zone => zone.Tuning.Marks));
        Assert.Equal(saved.Image.Release, imported.Image.Release);
    }

    // Goal: what Numa itself shows of a machine is enough to make it again. Method: its own listing, imported, gives the
    // same listing; sizes are kept to the MiB that a listing has.
    [Theory]
    [InlineData("two-socket-spr")]
    [InlineData("glued-8socket")]
    [InlineData("epyc-32node")]
    [InlineData("cxl-tier")]
    [InlineData("memoryless-nodes")]
    [InlineData("microvm-128m")]
    [InlineData("small-node0")]
    [InlineData("qemu-2node-4g")]
    public void A_listing_of_numactl_gives_a_machine_with_the_same_listing(string name)
    {
        var path = Path.Combine(Machines, name);
        var file = ScenarioLoader.LoadMachine(Directory.Exists(path) ? path : path + ".yaml", []);
        var listing = Numa.Cli.Tables.MachineSheet.Of(
            MachineBoot.Boot(file.Machine, file.Boot, []), Numa.Cli.Execution.ShowTopic.Hardware);
        var machine = MachineImport.Of("-", listing, "6.1");
        var again = Numa.Cli.Tables.MachineSheet.Of(Boot(machine), Numa.Cli.Execution.ShowTopic.Hardware);
        Assert.Equal(Told(listing), Told(again));

        // Free memory of a machine that runs is not what a machine has at boot.
        static IEnumerable<string> Told(string text) =>
            text.Split('\n').Where(line => !line.Contains(" free: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_tree_of_sysfs_is_a_machine_wherever_it_lies_in_the_folder()
    {
        var node = Directory.CreateDirectory(Path.Combine(_folder, "sys/devices/system/node/node0")).FullName;
        File.WriteAllText(Path.Combine(node, "meminfo"), "Node 0 MemTotal: 8000000 kB\n");
        File.WriteAllText(Path.Combine(node, "cpulist"), "0-1\n");
        var machine = MachineImport.Of(_folder, null, "4.4");
        Assert.Equal(2_000_000, Boot(machine).Layout.Zones.Sum(zone => zone.ManagedAtEnd.Value));
        Assert.StartsWith("# Made by 'numa import' of a copy of /sys/devices/system/node.\n", machine.Yaml,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_files_the_most_exact_is_taken_and_the_text_knows_no_paths()
    {
        File.WriteAllText(Path.Combine(_folder, "a.txt"), Listing);
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "nothing of the kind");
        File.WriteAllText(Path.Combine(_folder, "b.xml"), "<topology><object type=\"Machine\" cpuset=\"0x3\""
            + " local_memory=\"1073741824\"/></topology>");
        var machine = MachineImport.Of(_folder, null, null);
        Assert.StartsWith("# Made by 'numa import' of XML of hwloc's lstopo.\n"
            + "# The folder also held the output of numactl --hardware; XML of hwloc's lstopo tells most.\n"
            + "# The kernel is not told; the newest that Numa knows is taken. --kernel names another.\nkernel: ",
            machine.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder, machine.Yaml, StringComparison.Ordinal);
        Assert.Equal(machine.Yaml, MachineImport.Of(_folder, null, null).Yaml);
    }

    [Fact]
    public void Numbers_with_gaps_are_kept_for_nodes_and_given_anew_to_CPUs()
    {
        var machine = MachineImport.Of("-", "node 2 cpus: 8 9\nnode 2 size: 900 MB\nnode 5 cpus: 4\nnode 5 size: 800 MB\n"
            + "node distances:\n  2: 10 17\n  5: 17 10\n", null);
        var image = Boot(machine).Image;
        Assert.Equal("2 5", string.Join(' ', image.Nodes));
        Assert.Equal("5 2 2", string.Join(' ', image.Cpus.NodeOfCpu));
        Assert.Equal(17, image.Distances[new(2), new(5)]);
        Assert.Contains("CPUs are numbered anew, from 0 without gaps: they were 4,8-9.", machine.Notes);
    }

    // What was told is shown, also where it is what the file would mean without.
    [Fact]
    public void Distances_are_written_and_said_not_to_be_told_where_they_are_not()
    {
        const string nodes = "node 0 cpus: 0\nnode 0 size: 900 MB\nnode 1 cpus: 1\nnode 1 size: 900 MB\n";
        const string rows = "distances:\n  - [10, 20]\n  - [20, 10]\n";
        var told = MachineImport.Of("-", nodes + "node distances:\n  0: 10 20\n  1: 20 10\n", null).Yaml;
        Assert.Contains("}\n" + rows, told, StringComparison.Ordinal);
        Assert.Contains("# Distances are not told: 10 on a node, 20 between nodes.\n" + rows,
            MachineImport.Of("-", nodes, null).Yaml, StringComparison.Ordinal);
    }

    // Goal: nothing is opened that never ends or that reading uses up. Method: a pipe and a socket beside a listing; the
    // wait ends a run in which one was opened.
    [Fact]
    public async Task Pipes_and_sockets_are_left_alone()
    {
        var pipe = Path.Combine(_folder, "a-pipe");
        using (var made = System.Diagnostics.Process.Start("mkfifo", pipe)) await made.WaitForExitAsync();
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(_folder, "b-socket")));
        File.CreateSymbolicLink(Path.Combine(_folder, "c-link"), pipe);
        File.CreateSymbolicLink(Path.Combine(_folder, "c-lost"), Path.Combine(_folder, "nothing"));
        File.CreateSymbolicLink(Path.Combine(_folder, "c-stdin"), "/dev/stdin");
        File.WriteAllText(Path.Combine(_folder, "d-listing"), Listing);
        var machine = await Waited(() => MachineImport.Of(_folder, null, null));
        Assert.StartsWith("# Made by 'numa import' of the output of numactl --hardware.\n", machine.Yaml,
            StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<InputException>(() => Waited(() => MachineImport.Of(pipe, null, null)));
        Assert.Equal($"{pipe}: error NUMA100: is empty or no regular file, but a pipe, a device or a socket; expected a file"
            + " or a folder", Assert.Single(error.Problems).ToString());
    }

    // Files of /proc have no length and are read, the few that are known: reading others uses them up.
    [Theory]
    [InlineData("/proc/version", "nothing in this text tells of a machine;")]
    [InlineData("/proc/kmsg", "of /proc and /sys only these are read: buddyinfo, cpulist, distance, meminfo, version, zoneinfo")]
    public async Task Of_proc_only_known_names_are_read(string path, string expected)
    {
        if (!File.Exists(path)) return;
        var error = await Assert.ThrowsAsync<InputException>(() => Waited(() => MachineImport.Of(path, null, null)));
        Assert.StartsWith(expected, Assert.Single(error.Problems).Message, StringComparison.Ordinal);
    }

    private static Task<ImportedMachine> Waited(Func<ImportedMachine> import) =>
        Task.Run(import).WaitAsync(TimeSpan.FromSeconds(20));

    [Theory]
    [InlineData("kernel: \"4.4\"\nnodes: [{memory: 1GiB, cpus: 0}]\n",
        "<stdin>: error NUMA123: this is a machine file or a scenario already; expected what a machine's tools or its"
        + " kernel print")]
    [InlineData("total used free\n",
        "<stdin>: error NUMA123: nothing in this text tells of a machine; expected a kernel's log of its boot, a saved"
        + " /proc/zoneinfo, XML of 'lstopo --of xml', the output of 'numactl --hardware', or a folder that holds one of"
        + " them or a copy of /sys/devices/system/node")]
    [InlineData("node 0 size: 99999999 MB\nnode 1 size: 9 MB\n",
        "<stdin>:1:14: error NUMA251: found '99999999 MB' as the size of node 0; expected a number of MB up to 67108864")]
    public void What_nothing_can_be_made_of_is_said(string text, string expected)
    {
        var problem = Assert.Single(Assert.Throws<InputException>(() => MachineImport.Of("-", text, null)).Problems);
        Assert.Matches("^" + System.Text.RegularExpressions.Regex.Escape(expected).Replace("\\*", ".*") + "$", $"{problem}");
    }

    [Fact]
    public void A_kernel_that_nobody_knows_is_a_problem()
    {
        var error = Assert.Throws<InputException>(() => MachineImport.Of("-", Listing, "1.2"));
        Assert.Equal("--kernel 1.2: error NUMA108: kernel '1.2' is no known release; expected a version from 2.6.34 on,"
            + " for example 6.1", Assert.Single(error.Problems).ToString());
    }

    private static BootKeys Keys => new(null, null, null, [], []);

    private static BootedMachine Boot(ImportedMachine machine)
    {
        var file = ScenarioParser.ParseMachine(machine.Yaml, "imported.yaml");
        return MachineBoot.Boot(file.Machine, file.Boot, []);
    }

    private static object Zone(ZoneLayout zone) =>
        (zone.Id, zone.Start, zone.Spanned, zone.Present, zone.ManagedAtEnd);
}
