using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Firmware;

namespace Numa.Core.Text;

/// <summary>What has been read of a log so far.</summary>
internal sealed class DmesgFacts
{
    public string Version { get; set; } = "";

    public KernelLogLine BannerLine { get; set; }

    public string CommandLine { get; set; } = "";

    public List<E820Entry> FirmwareMap { get; } = [];

    public List<E820Entry> UserMap { get; } = [];

    public List<E820Entry> MapEdits { get; } = [];

    public List<SratCpu> Cpus { get; } = [];

    public List<SratMemory> Memory { get; } = [];

    public List<NodeBlock> FakeNodes { get; } = [];

    /// <summary>Memory of the nodes as the kernel lists it once it knows them.</summary>
    public List<NodeBlock> NodeRanges { get; } = [];

    /// <summary>The lines that are being read are such ranges.</summary>
    public bool IsListingNodeRanges { get; set; }

    public int OnlineCpus { get; set; }

    public int AllowedCpus { get; set; }

    public ImmutableSortedDictionary<CpuId, NodeId>.Builder AnnouncedCpus { get; } =
        ImmutableSortedDictionary.CreateBuilder<CpuId, NodeId>();

    public (ulong Start, ulong End)? RamDisk { get; set; }

    public KernelImageSizes Image { get; set; } = new();

    public List<LateFree> LateFrees { get; } = [];

    /// <summary>What is told of early memory in passing.</summary>
    public List<EarlyStep> Reported { get; } = [];

    public long PagesPerCpu { get; set; }

    /// <summary>The kernel reported its memory: early memory is complete.</summary>
    public bool SawMemoryReport { get; set; }

    /// <summary>First frame that the CPU could not address.</summary>
    public ulong ArchitectureEnd { get; set; }

    /// <summary>The log does not say which kernel it is of, but the rest of it is a kernel's.</summary>
    public bool BannerIsLost { get; set; }

    /// <summary>The heading of the firmware's map was there: the map is complete.</summary>
    public bool SawMap { get; set; }

    /// <summary>The log begins behind the firmware's map, as when the kernel's buffer was too small.</summary>
    public bool BeginningIsLost => BannerIsLost && !SawMap;

    /// <summary>Messages that the kernel or the console says it lost.</summary>
    public long LostMessages { get; set; }

    /// <summary>How often zonelists were built: more than once where memory came later.</summary>
    public int ZonelistBuilds { get; set; }
}
