using Numa.Cli.Execution;
using Numa.Tests.Cli;
using Numa.Tests.Workloads;

namespace Numa.Tests.Acceptance;

// Goal: the notes' way from E820 to free lists stands in what `numa show MACHINE boot` prints. Method: the commands of
// the README on the map of the notes.
public class BootHistoryTests
{
    private const string Trimmed = "mtrr=[0-2GiB, 4GiB-12776MiB]";

    [Fact]
    public async Task The_last_frame_of_the_notes_is_exclusive_and_low_memory_ends_at_its_hole()
    {
        var text = await ShowAsync("boot");

        Assert.Contains("BIOS-e820: [mem 0x0000000100000000-0x00000003227fffff] usable\n", text,
            StringComparison.Ordinal);
        Assert.Contains("e820: update [mem 0x00000000-0x00000fff] usable ==> reserved\n"
            + "e820: remove [mem 0x000a0000-0x000fffff] usable\n"
            + "e820: last_pfn = 0x322800 max_arch_pfn = 0x400000000\n"
            + "e820: last_pfn = 0x7ffe0 max_arch_pfn = 0x400000000\n"
            + "No NUMA configuration found\n"
            + "Faking a node at [mem 0x0000000000000000-0x00000003227fffff]\n", text, StringComparison.Ordinal);
        Assert.Contains("0x322800, 12840 MiB of addresses; exclusive: 0x3227ff is the last frame", text,
            StringComparison.Ordinal);
        Assert.Contains("max_low_pfn = e820_end_of_low_ram_pfn\n      0x7ffe0, ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_that_is_not_cached_write_back_is_lost()
    {
        var text = await ShowAsync("boot", "--set", Trimmed);

        Assert.Contains("WARNING: BIOS bug: CPU MTRRs don't cover all of memory, losing 64MB of RAM.\n", text,
            StringComparison.Ordinal);
        Assert.Contains("e820: last_pfn = 0x31e800 ", text, StringComparison.Ordinal);
        Assert.Equal(16384, 0x322800 - 0x31e800);
        Assert.Contains("\nmodified: [mem 0x000000031e800000-0x00000003227fffff] reserved\n", text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.4", 0xffff)]
    [InlineData("6.12", 0xfffff)]
    public async Task Low_memory_stays_reserved(string kernel, int last)
    {
        Assert.Contains($" reserved[0x0]\t[0x0000000000000000-0x{last:x16}], ",
            await ShowAsync("memblock", "--kernel", kernel), StringComparison.Ordinal);
        Assert.Contains($"first reserved range [0x0-0x{last:x}]", await ShowAsync("boot", "--kernel", kernel),
            StringComparison.Ordinal);
    }

    // Each chain of the notes, by release and early allocator.
    [Theory]
    [InlineData("2.6.35", "bootmem", "free_all_bootmem > free_all_bootmem_core > __free_pages_bootmem")]
    [InlineData("3.10", "memblock", "free_all_bootmem > free_low_memory_core_early > __free_memory_core"
        + " > __free_pages_memory > __free_pages_bootmem")]
    [InlineData("4.4", "memblock", "free_all_bootmem > free_low_memory_core_early > __free_memory_core"
        + " > __free_pages_memory > __free_pages_bootmem > __free_pages_boot_core")]
    [InlineData("6.12", "memblock", "mm_core_init > mem_init > memblock_free_all")]
    public async Task The_mass_release_is_named_as_the_release_names_it(string kernel, string allocator, string chain)
    {
        var text = await ShowAsync("boot", "--kernel", kernel, "--set", $"earlyAllocator={allocator}");

        Assert.Contains(chain, text.Replace("\n    >", " >", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("COUNTERFACTUAL", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("build_all_zonelists", StringComparison.Ordinal)
            < text.IndexOf(chain.Split(" > ")[0] + " > " + chain.Split(" > ")[1], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bootmem_manages_the_same_pages_and_lists_them_in_another_order()
    {
        var memblock = await ShowAsync("boot");
        var bootmem = await ShowAsync("boot", "--set", "earlyAllocator=bootmem");

        Assert.StartsWith("COUNTERFACTUAL: Linux 4.4 on x86 knows no bootmem\n", bootmem, StringComparison.Ordinal);
        var managed = memblock.Split('\n').Single(line => line.Contains("managed at", StringComparison.Ordinal));
        Assert.Contains(managed, bootmem, StringComparison.Ordinal);
        Assert.Equal(await ShowAsync("zoneinfo"), await ShowAsync("zoneinfo", "--set", "earlyAllocator=bootmem"));
        string Lists(string text) => text[text.IndexOf("Free lists after boot", StringComparison.Ordinal)..];
        Assert.NotEqual(Lists(memblock), Lists(bootmem));
    }

    // The hole of the notes' map lies from 0x7ffe0 to 4 GiB.
    [Theory]
    [InlineData("sparse", "pfn_valid(0xbfff0) = false", "map of pages: 43520 pages", "85 sections hold memory")]
    [InlineData("flat", "pfn_valid(0xbfff0) = true", "map of pages: 51360 pages", "pfn_to_page: 1 load: mem_map")]
    [InlineData("discontiguous", "pfn_valid(0xbfff0) = true", "map of pages: 51360 pages",
        "3 loads, each needing the one before: physnode_map[pfn] > node_data[node]")]
    public async Task A_memory_model_says_what_it_costs(string model, params string[] expected)
    {
        var text = await ShowAsync("boot", "--set", $"memoryModel={model}");

        Assert.All(expected, part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Equal(model != "sparse", text.StartsWith(
            "COUNTERFACTUAL: Linux 4.4 on x86-64 knows sparse memory only\n", StringComparison.Ordinal));
    }

    // Pages given back late, by either of the two that do so.
    [Fact]
    public async Task Late_releases_are_stages_of_their_own()
    {
        var text = await ShowAsync("boot", "--set",
            "lateFree={efi_free_boot_services: [512MiB-576MiB], swiotlb_exit: [1GiB-1088MiB]}");

        Assert.Contains("efi_free_boot_services > free_bootmem_late > __free_pages_bootmem > __free_pages_boot_core\n"
            + "      16384 pages, each a block of order 0", text, StringComparison.Ordinal);
        Assert.Contains("pci_iommu_init > swiotlb_exit > memblock_free_late > __memblock_free_late", text,
            StringComparison.Ordinal);
        var managed = text.Split('\n').Single(line => line.Contains("managed at the end", StringComparison.Ordinal));
        Assert.Contains(managed, await ShowAsync("boot"), StringComparison.Ordinal);
    }

    private static async Task<string> ShowAsync(string topic, params string[] options)
    {
        string[] args =
            ["show", Path.Combine(ScenarioTexts.Configs, "machines", "notes-e820.yaml"), topic, .. options];
        var run = await CommandLineRun.OfAsync(args, new Simulator(TimeProvider.System));
        Assert.Equal(0, run.ExitCode);
        return run.Output.ReplaceLineEndings("\n");
    }
}
