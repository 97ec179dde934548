using System.Collections.Immutable;

namespace Numa.Workloads.Measurement;

/// <summary>What an event did to a machine whose memory comes and goes in mid-run.</summary>
/// <param name="Refused">Why the kernel refused, one text for each memory block or write; empty when it took
/// all.</param>
/// <param name="Blocks">Memory blocks that went online or offline.</param>
/// <param name="Pages">Pages that were plugged in or out, or went online or offline.</param>
/// <param name="Rebuilds">How often all zonelists were built anew.</param>
/// <param name="EndNanoseconds">When it was done, from the start of the run; null when the run was over
/// before.</param>
/// <param name="MinFreeKbytesBefore">vm.min_free_kbytes before. Unit: KiB.</param>
/// <param name="MinFreeKbytesAfter">vm.min_free_kbytes afterwards. Unit: KiB.</param>
/// <param name="Zones">Zones whose pages or marks changed.</param>
public sealed record MemoryEventResult(
    ImmutableArray<string> Refused,
    int Blocks,
    long Pages,
    int Rebuilds,
    long? EndNanoseconds,
    int MinFreeKbytesBefore,
    int MinFreeKbytesAfter,
    ImmutableArray<ZoneChange> Zones);

/// <summary>A zone before and after an event. Unit: pages.</summary>
public sealed record ZoneChange(string Zone, ZoneSizes Before, ZoneSizes After);

/// <summary>How large a zone is and what it keeps free. Unit: pages.</summary>
public sealed record ZoneSizes(
    long SpannedPages, long PresentPages, long ManagedPages, long MinPages, long LowPages, long HighPages);
