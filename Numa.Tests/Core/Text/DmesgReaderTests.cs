using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Firmware;
using Numa.Core.Text;
using Numa.Tests.Core.Boot;

namespace Numa.Tests.Core.Text;

public class DmesgReaderTests
{
    private const string Smallest = """
        [    0.000000] Linux version 6.1.0-56-amd64 (builder) #1 SMP
        [    0.000000] Command line: quiet numa_zonelist_order=Zone transparent_hugepage=never
        [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
        [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007ffdffff] usable
        [    8.546806] Freeing unused kernel image (initmem) memory: 2824K

        """;

    [Fact]
    public void The_smallest_log_makes_a_machine()
    {
        var reading = DmesgReader.Read(Smallest, "a.txt", "a");

        Assert.Empty(reading.Problems);
        Assert.NotNull(reading.Machine);
        Assert.Equal(("6.1", "Zone", HugePageMode.Never),
            (reading.Machine.Release.Name, reading.Machine.Settings.ZonelistOrder, reading.Machine.Settings.HugePages));
        Assert.Equal(2, EarlyBoot.Run(reading.Machine).Zones.Length);
    }

    [Theory]
    [InlineData("BIOS-e820: [mem 0xfffc0000-0xfffbffff] usable", "an end not before the start 0xfffc0000")]
    [InlineData("BIOS-e820: [mem 0x0000000100", "a range such as [mem 0x0000000000100000-0x000000007fffffff]")]
    [InlineData("BIOS-e820: [mem 0x100000000-0x17fffffff] usab", "a type such as 'usable' or 'reserved'")]
    [InlineData("e820: update [mem 0x00000000-0x00000fff] usable ==> re", "' ==> ' and a type such as 'reserved'")]
    [InlineData("SRAT: PXM 0 -> APIC 0x00 -> Node", "a line such as 'SRAT: PXM 0 -> APIC 0x00 -> Node 0'")]
    [InlineData("ACPI: SRAT: Node 0 PXM 0 [mem 0x7-0x6]",
        "a line such as 'SRAT: Node 0 PXM 0 [mem 0x00100000-0x7fffffff]'")]
    [InlineData("memblock_reserve: [0x2000-0x1000] f+0x1/0x2", "a range of addresses below 2^52 such as "
        + "[0x00099000-0x0009efff]")]
    [InlineData("memblock_alloc_try_nid: 0 bytes align=0x40 nid=-1", "a request such as '4096 bytes align=0x40 nid=-1 "
        + "from=0x0 max_addr=0x0'")]
    [InlineData("Freeing initrd memory: many", "a size such as '368K'")]
    [InlineData("smp: Brought up 2 nodes, four CPUs", "a number of CPUs, such as '2 nodes, 4 CPUs'")]
    [InlineData("RAMDISK: [mem 0x7ff84000", "a range such as [mem 0x7ff84000-0x7ffdffff]")]
    [InlineData("Faking node 9999 at [mem 0x1000-0x1fff]",
        "a line such as 'Faking node 0 at [mem 0x1000-0x40000fff] (1024MB)'")]
    public void A_damaged_line_is_a_problem_at_its_place(string line, string expected)
    {
        var reading = DmesgReader.Read(Smallest + "[    0.000000] " + line, "boot.txt", "a");

        var problem = Assert.Single(reading.Problems);
        Assert.Equal(("boot.txt", 6, "NUMA201"), (problem.At.File, problem.At.Line, problem.Code));
        Assert.InRange(problem.At.Column, 16, 16 + line.Length);
        Assert.EndsWith("expected " + expected, problem.Message, StringComparison.Ordinal);
        Assert.NotNull(reading.Machine);
    }

    [Theory]
    [InlineData("", "NUMA202")]
    [InlineData("hello\nworld", "NUMA202")]
    [InlineData("Linux version 2.6.18-8 (x)\n", "NUMA203")]
    [InlineData("Linux version six (x)\n", "NUMA203")]
    [InlineData("Linux version 6.1.0 (x)\n", "NUMA205")]
    [InlineData("[    5.1] usb 1-1: new device\n[    5.2] Freeing initrd memory: 8K\n", "NUMA202")]
    public void A_text_that_is_no_boot_gives_no_machine(string text, string code)
    {
        var reading = DmesgReader.Read(text, "boot.txt", "a");

        Assert.Null(reading.Machine);
        Assert.Equal(code, Assert.Single(reading.Problems).Code);
    }

    [Fact]
    public void A_log_whose_beginning_is_lost_is_refused_with_what_to_do()
    {
        var problem = Assert.Single(
            DmesgReader.Read("[    5.1] usb 1-1: new device\n[    5.2] x\n", "boot.txt", "a").Problems);

        Assert.StartsWith("the beginning of this log is lost", problem.Message, StringComparison.Ordinal);
        Assert.Contains("journalctl -k -b", problem.Message, StringComparison.Ordinal);
        Assert.Contains("log_buf_len=", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fake_split_that_gave_up_leaves_the_real_nodes() =>
        Assert.Empty(DmesgReader.Read(Smallest + """
            Faking node 0 at [mem 0x0000000000000000-0x000000002fffffff] (768MB)
            Faking node 1 at [mem 0x0000000030000000-0x000000007fffffff] (1280MB)
            numa_emulation: phys: 0 only got 2 of 8 nodes, failing
            """, "a.txt", "a").Machine!.FakeNodes);

    [Fact]
    public void A_second_boot_in_one_file_is_not_mixed_in()
    {
        var reading = DmesgReader.Read(Smallest + Smallest, "boot.txt", "a");

        Assert.Empty(reading.Problems);
        Assert.Contains("Another boot begins at line 6; only the first is read.", reading.Machine!.Notes);
        Assert.Equal(2, reading.Machine.MemoryMap.Length);
    }

    // Ranges of 3.10 end with the byte after them, those of later kernels with their last byte.
    [Theory]
    [InlineData("memblock_reserve: [0x00000001000000-0x00000001001000] setup+0x1/0x2")]
    [InlineData("memblock_reserve: [0x00000001000000-0x00000001000fff] flags 0x0 setup+0x1/0x2")]
    public void The_end_of_a_reservation_is_read_as_its_release_wrote_it(string line) =>
        Assert.Equal(new EarlyStep.Reserve(0x1000000, 0x1001000),
            Assert.Single(DmesgReader.Read(Smallest + "[    0.000000] " + line, "a.txt", "a").Machine!.Steps));

    [Fact]
    public void A_request_is_one_step_with_its_answer_or_without()
    {
        var steps = DmesgReader.Read(Smallest + """
            memblock_alloc_exact_nid_raw: 65536 bytes align=0x200000 nid=1 from=0x1000000 max_addr=0x0 a+0x1/0x2
            memblock_alloc_try_nid: 4096 bytes align=0x0 nid=-1 from=0x0 max_addr=0x100000 b+0x1/0x2
            memblock_reserve: [0x98000-0x98fff] memblock_alloc_range_nid+0xb0/0x13d
            memblock_reserve: [0x97000-0x97fff] memblock_alloc_range_nid+0xb0/0x13d
            memblock_phys_free: [0x97000-0x97fff] c+0x1/0x2
            """, "a.txt", "a").Machine!.Steps;

        Assert.Equal(
        [
            new EarlyStep.Allocate(new(65536, 0x200000, 0x1000000, 0, new NodeId(1), ExactNode: true), null),
            new EarlyStep.Allocate(new(4096, 64, 0, 0x100000), 0x98000),
            new EarlyStep.Reserve(0x97000, 0x98000),
            new EarlyStep.Free(0x97000, 0x98000),
        ], steps.AsEnumerable());
    }

    [Fact]
    public void Maps_from_before_range_notation_are_read()
    {
        var machine = DmesgReader.Read("""
            Linux version 2.6.35 (x)
             BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)
            BIOS-e820: 0000000000100000 - 000000007fff0000 (usable)
            BIOS-e820: 000000007fff0000 - 0000000080000000 (ACPI data)
            Freeing unused kernel memory: 648k freed
            """.Replace("\n ", "\n", StringComparison.Ordinal), "a.txt", "a").Machine!;

        Assert.Equal([new(0, 0x9fc00, E820Type.Usable), new(0x100000, 0x7fef0000, E820Type.Usable),
            new(0x7fff0000, 0x10000, E820Type.AcpiData)], machine.MemoryMap.AsEnumerable());
    }

    // The kernel says where it starts each CPU; the firmware's table may list threads in another order.
    [Theory]
    [InlineData(".... node  #1, CPUs:      #1\n.... node  #0, CPUs:   #2  #3", "0 1 0 0")]
    [InlineData("smpboot: Booting Node   1, Processors  #1 OK\nsmpboot: Booting Node   0, Processors  #2", "0 1 0 1")]
    [InlineData("", "0 0 1 1")]
    public void Announced_cpus_outweigh_the_firmware(string announced, string nodes)
    {
        var machine = DmesgReader.Read(Smallest + """
            SRAT: PXM 0 -> APIC 0x00 -> Node 0
            SRAT: PXM 0 -> APIC 0x01 -> Node 0
            SRAT: PXM 1 -> APIC 0x02 -> Node 1
            SRAT: PXM 1 -> APIC 0x03 -> Node 1
            ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x3fffffff]
            ACPI: SRAT: Node 1 PXM 1 [mem 0x40000000-0x7fffffff]
            smpboot: Allowing 8 CPUs, 4 hotplug CPUs
            smp: Brought up 2 nodes, 4 CPUs

            """ + announced, "a.txt", "a").Machine!;

        Assert.Equal(nodes, string.Join(" ", EarlyBoot.Run(machine).Cpus.NodeOfCpu));
    }

    // Goal: whatever happens to a log on its way, the reader answers. Method: cut, repeat, swap and overwrite pieces of
    // real logs; what still makes a machine must boot or be refused with problems.
    [Fact]
    public void Mutated_logs_neither_throw_nor_hang()
    {
        string[] logs = [.. CapturedMachineTests.Names.Select(machine => CapturedMachine.File(machine, "dmesg.txt"))];
        var anyEdit = Gen.Select(Gen.Int[0, 5], Gen.Double[0, 1], Gen.Int[1, 200], Gen.Char[' ', '~'],
            (kind, place, size, letter) => (kind, place, size, letter));
        Gen.Select(Gen.Int[0, logs.Length - 1], anyEdit.Array[1, 12]).Sample((log, edits) =>
        {
            // The part of a log that is read in full: the kernel's early lines are its first.
            var text = logs[log][..Math.Min(logs[log].Length, 60_000)];
            foreach (var edit in edits) text = Mutate(text, edit.kind, edit.place, edit.size, edit.letter);
            var reading = DmesgReader.Read(text, "boot.txt", "a");
            Assert.True(reading.Machine is not null || reading.Problems.Length > 0);
            if (reading.Machine is null) return;
            try
            {
                var layout = EarlyBoot.Run(reading.Machine);
                Assert.All(layout.Zones, zone =>
                    Assert.True(zone.ManagedAtEnd <= zone.Present && zone.Present <= zone.Spanned));
            }
            catch (InputException refused)
            {
                Assert.NotEmpty(refused.Problems);
            }
        }, iter: 5_000);
    }

    private static string Mutate(string text, int kind, double place, int size, char letter)
    {
        if (text.Length == 0) return text;
        var at = (int)(place * (text.Length - 1));
        var end = Math.Min(text.Length, at + size);
        return kind switch
        {
            0 => text.Remove(at, end - at),
            1 => text.Insert(at, text[at..end]),
            2 => text[..at] + letter + text[(at + 1)..],
            3 => text[..at] + new string(letter, end - at) + text[end..],
            4 => text[..at] + text[at..end].Replace('0', letter).Replace('f', letter) + text[end..],
            _ => size > 150 ? text[..at] : text[..at] + '\n' + text[at..],
        };
    }
}
