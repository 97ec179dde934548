namespace Numa.Core.Kernels;

/// <summary>What the kernel calls the steps of its boot: caller first, joined by <c> > </c>.</summary>
/// <remarks>Names and forms of messages only; what the steps do is decided elsewhere. Source: Linux init/main.c,
/// arch/x86/kernel/setup.c, mm/page_alloc.c, mm/bootmem.c, mm/nobootmem.c, mm/memblock.c.</remarks>
public sealed record BootCalls
{
    /// <summary>Messages about the memory map begin with this.</summary>
    public string Speaker { get; init; } = "e820: ";

    /// <summary>Hexadecimal digits of an address in messages about zone and node ranges, at least.</summary>
    public int RangeDigits { get; init; } = 16;

    /// <summary>Boot says in which order nodes fall back (5.16 and later).</summary>
    public bool TellsFallbackOrder { get; init; }

    /// <summary>Takes up and sanitises the firmware's map.</summary>
    public string TakeMap { get; init; } =
        "setup_memory_map > default_machine_specific_memory_setup > sanitize_e820_map";

    public string EndOfRam { get; init; } = "e820_end_of_ram_pfn";

    public string EndOfLowRam { get; init; } = "e820_end_of_low_ram_pfn";

    /// <summary>Hands the map to the early allocator.</summary>
    public string Fill { get; init; } = "memblock_x86_fill";

    /// <summary>Keeps the lowest memory back.</summary>
    public string ReserveLow { get; init; } = "trim_low_memory_range";

    /// <summary>Sizes nodes and zones.</summary>
    public string SizeZones { get; init; } =
        "x86_init.paging.pagetable_init = paging_init > zone_sizes_init > free_area_init_nodes";

    /// <summary>Builds the zonelists.</summary>
    public string BuildZonelists { get; init; } = "build_all_zonelists, before mm_init";

    /// <summary>Whence the mass release is called.</summary>
    public string MemInit { get; init; } = "mm_init > mem_init";

    /// <summary>The mass release by memblock, or by what stood in for bootmem before (nobootmem).</summary>
    public string MassRelease { get; init; } = "free_all_bootmem > free_low_memory_core_early > __free_memory_core"
        + " > __free_pages_memory > __free_pages_bootmem";

    /// <summary>The release of a range once the buddy allocator runs.</summary>
    public string LateRelease { get; init; } = "free_bootmem_late > __free_pages_bootmem";

    /// <summary>The same release, asked for through memblock's interface.</summary>
    public string LateReleaseByMemblock { get; init; } = "free_bootmem_late > __free_pages_bootmem";

    /// <summary>When min_free_kbytes, watermarks and reserves are first computed.</summary>
    public string WatermarkInitcall { get; init; } = "module_init(init_per_zone_wmark_min)";

    /// <summary>The mass release by bootmem.</summary>
    public const string BootmemMassRelease = "free_all_bootmem > free_all_bootmem_core > __free_pages_bootmem";

    /// <summary>The release of a range by bootmem.</summary>
    public const string BootmemLateRelease = "free_bootmem_late > __free_pages_bootmem";

    /// <summary>The same by bootmem, asked for through memblock's interface.</summary>
    public const string BootmemLateReleaseByMemblock = "memblock_free_late > " + BootmemLateRelease;

    /// <summary>2.6.34 and 2.6.35.</summary>
    internal static BootCalls Since2634 { get; } = new()
    {
        RangeDigits = 8,
        Fill = "e820_register_active_regions",
        SizeZones = "paging_init > free_area_init_nodes",
        MassRelease = "free_all_bootmem > free_all_memory_core_early > __free_pages_memory > __free_pages_bootmem",
    };

    /// <summary>3.10.</summary>
    internal static BootCalls Since310 { get; } = new() { RangeDigits = 8 };

    /// <summary>4.2 to 4.4: blocks whose page descriptors are not ready are left out, so the last step fell in
    /// two.</summary>
    internal static BootCalls Since42 { get; } = Since310 with
    {
        RangeDigits = 16,
        MassRelease = Since310.MassRelease + " > __free_pages_boot_core",
        LateRelease = Since310.LateRelease + " > __free_pages_boot_core",
        LateReleaseByMemblock = "memblock_free_late > __memblock_free_late > __free_pages_bootmem"
            + " > __free_pages_boot_core",
    };

    /// <summary>Later 4.4 releases, and 4.9.</summary>
    internal static BootCalls Since44Stable { get; } = Since42 with
    {
        WatermarkInitcall = "core_initcall(init_per_zone_wmark_min)",
    };

    /// <summary>4.12 and later.</summary>
    internal static BootCalls Since412 { get; } = Since44Stable with
    {
        TakeMap = "e820__memory_setup > e820__memory_setup_default > e820__update_table",
        EndOfRam = "e820__end_of_ram_pfn",
        EndOfLowRam = "e820__end_of_low_ram_pfn",
        Fill = "e820__memblock_setup",
    };

    /// <summary>6.1: memblock alone, and the whole first MiB kept.</summary>
    internal static BootCalls Since61 { get; } = Since412 with
    {
        Speaker = "",
        TellsFallbackOrder = true,
        ReserveLow = "early_reserve_memory (64 KiB), then reserve_real_mode (1 MiB)",
        SizeZones = "x86_init.paging.pagetable_init = paging_init > zone_sizes_init > free_area_init",
        MassRelease = "memblock_free_all > free_low_memory_core_early > __free_memory_core > __free_pages_memory"
            + " > memblock_free_pages > __free_pages_core",
        LateRelease = "memblock_free_late > memblock_free_pages > __free_pages_core",
        LateReleaseByMemblock = "memblock_free_late > memblock_free_pages > __free_pages_core",
        WatermarkInitcall = "postcore_initcall(init_per_zone_wmark_min)",
    };

    /// <summary>6.4 and later: mm_init is mm_core_init, and builds the zonelists first.</summary>
    internal static BootCalls Since64 { get; } = Since61 with
    {
        BuildZonelists = "mm_core_init > build_all_zonelists",
        MemInit = "mm_core_init > mem_init",
    };
}
