using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Kernels;
using Numa.Core.Text;

namespace Numa.Tests.Core.Boot;

// From the firmware's map to max_pfn. 0     2 GiB       4 GiB                  12840 MiB
//                                     [.RAM.]            [.........RAM.........]
public class FirmwareMemoryTests
{
    private const ulong MiB = 1ul << 20;
    private const ulong GiB = 1ul << 30;

    // Spec 01 E1: the last entry ends with 0x3227fffff.
    [Fact]
    public void The_last_frame_is_the_first_that_is_not_memory()
    {
        var memory = Read([]);

        Assert.Equal((0x322800, 0x80000), (memory.MaxFrame.Value, memory.MaxLowFrame.Value));
        Assert.Equal(12840, memory.MaxFrame.Value / 256);
        Assert.Equal((0ul, 0x322800), (memory.Lost, memory.FirstMaxFrame.Value));
        Assert.Empty(memory.Trimmed);
    }

    // 64 MiB of the top are not cached write-back: 16384 frames go.
    [Fact]
    public void Memory_above_the_write_back_ranges_is_lost()
    {
        var memory = Read([(0, 2 * GiB), (4 * GiB, 12776 * MiB)]);

        Assert.Equal(0x322800 - 16384, memory.MaxFrame.Value);
        Assert.Equal((64 * MiB, 0x322800), (memory.Lost, memory.FirstMaxFrame.Value));
        Assert.Equal(new(12776 * MiB, 64 * MiB, E820Type.Reserved), memory.Trimmed[^1]);
        Assert.Equal(new(12776 * MiB, 64 * MiB, E820Type.Reserved), memory.Map.Entries[^1]);
        Assert.Equal(E820Type.Usable, memory.Given.Entries[^1].Type);
    }

    // A gap between write-back ranges costs the memory in it too, and max_pfn stays.
    [Fact]
    public void Memory_between_write_back_ranges_is_lost()
    {
        var memory = Read([(0, 1 * GiB), (1 * GiB + 32 * MiB, 2 * GiB), (4 * GiB, 13 * GiB)]);

        Assert.Equal((0x322800, 32 * MiB), (memory.MaxFrame.Value, memory.Lost));
        Assert.Equal([new(GiB, 32 * MiB, E820Type.Reserved), new(2 * GiB, 2 * GiB, E820Type.Reserved)],
            memory.Trimmed.AsEnumerable());
    }

    // Edits that a log names are not told twice.
    [Fact]
    public void The_first_page_and_the_bios_area_are_no_memory()
    {
        var memory = Read([]);
        var logged = FirmwareMemory.Of(Machine([]) with { MapEdits = E820Map.BiosTrim });

        Assert.Equal([new(0, 0x1000, E820Type.Reserved), new(0xa0000, 0x60000, E820Type.None)],
            memory.Edits.AsEnumerable());
        Assert.Equal(memory.Edits.AsEnumerable(), logged.Edits.AsEnumerable());
        Assert.Equal(
            ["[mem 0x0000000000000000-0x0000000000000fff] reserved",
                "[mem 0x0000000000001000-0x000000000009ffff] usable",
                "[mem 0x0000000000100000-0x000000007fffffff] usable",
                "[mem 0x0000000100000000-0x00000003227fffff] usable"],
            memory.Map.Entries.Select(entry => entry.ToString()));
    }

    // mem= and memmap= leave a map of the user's, which the kernel prints under another name.
    [Fact]
    public void A_map_of_the_user_is_called_so()
    {
        var log = CapturedMachine.File("qemu-2node-4g", "dmesg.txt");
        var user = log.Split('\n').Where(line => line.Contains("BIOS-e820: ", StringComparison.Ordinal))
            .Select(line => line.Replace("BIOS-e820: ", "user: ", StringComparison.Ordinal));
        string[] Given(string text) => [.. E820Text.Given(
            FirmwareMemory.Of(DmesgReader.Read(text, "dmesg.txt", "test").Machine!), speaker: "")];

        Assert.Equal("BIOS-provided physical RAM map:", Given(log)[0]);
        var given = Given(log + string.Join('\n', user));
        Assert.Equal("user-defined physical RAM map:", given[0]);
        Assert.Equal("user: [mem 0x0000000000000000-0x000000000009fbff] usable", given[1]);
        Assert.Equal(11, given.Length);
    }

    private static FirmwareMemory Read((ulong, ulong)[] writeBack) => FirmwareMemory.Of(Machine(writeBack));

    private static MachineDescription Machine((ulong, ulong)[] writeBack) => new()
    {
        Name = "test",
        Release = KernelRelease.Find("4.4", out _)!,
        MemoryMap =
        [
            E820Entry.Between(0, 2 * GiB, E820Type.Usable), E820Entry.Between(4 * GiB, 12840 * MiB, E820Type.Usable),
        ],
        WriteBack = [.. writeBack],
    };
}
