using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Core.Text;

/// <summary>What a log tells of early memory in passing: of use where memblock's requests were not logged.</summary>
internal static class ReservationLines
{
    private const ulong LargestAddress = 1ul << 52;
    private const long MostMiB = 1L << 20;
    private const long MostPages = 1L << 20;
    private const ulong PageSize = 1ul << PageFrameNumber.PageShift;

    public static bool Read(KernelLogLine line, DmesgFacts facts)
    {
        var scan = new LogScanner(line.Text);
        scan.SkipSpaces();
        if (scan.TrySkip("NODE_DATA")) return scan.TrySkipPast("[mem ") && ReadRange(scan, "-", 1, facts);
        // Its end is the first byte after it.
        if (scan.TrySkip("software IO TLB: mapped [mem ")) return ReadRange(scan, "-", 0, facts);
        if (scan.TrySkip("crashkernel reserved: ") || scan.TrySkip("crashkernel low memory reserved: "))
            return ReadRange(scan, " - ", 0, facts);
        if (scan.TrySkip("Reserving ")) return ReadCrashKernel(scan, facts);
        if (scan.TrySkip("percpu: Embedded ")) return ReadPerCpu(scan, facts);
        return scan.Rest.Contains(" hash table entries: ", StringComparison.Ordinal) && ReadHashTable(scan, facts);
    }

    private static bool ReadRange(LogScanner scan, string between, ulong past, DmesgFacts facts)
    {
        if (!scan.TryHex(out var start) || !scan.TrySkip(between) || !scan.TryHex(out var end)) return true;
        if (start < end && end < LargestAddress) facts.Reported.Add(new EarlyStep.Reserve(start, end + past));
        return true;
    }

    /// <summary>Reads <c>256MB of memory at 1776MB for crashkernel</c>, or <c>low memory at</c>.</summary>
    private static bool ReadCrashKernel(LogScanner scan, DmesgFacts facts)
    {
        if (!scan.TryNumber(out var size) || !scan.TrySkipPast(" at ") || !scan.TryNumber(out var start)
            || size is <= 0 or > MostMiB || start is < 0 or > MostMiB
            || !scan.Rest.Contains("crashkernel", StringComparison.Ordinal)) return false;
        facts.Reported.Add(new EarlyStep.Reserve((ulong)start << 20, (ulong)(start + size) << 20));
        return true;
    }

    private static bool ReadPerCpu(LogScanner scan, DmesgFacts facts)
    {
        if (scan.TryNumber(out var pages) && pages is > 0 and < MostPages) facts.PagesPerCpu = pages;
        return true;
    }

    /// <summary>Reads the size of a hash table that early memory holds: not of one that lies in the vmalloc
    /// area.</summary>
    private static bool ReadHashTable(LogScanner scan, DmesgFacts facts)
    {
        if (facts.SawMemoryReport || !scan.Rest.Contains("linear", StringComparison.Ordinal)) return true;
        if (scan.TrySkipPast("(order: ") && scan.TrySkipPast(", ") && scan.TryNumber(out var bytes)
            && bytes > 0 && bytes < MostPages * (long)PageSize)
        {
            facts.Reported.Add(new EarlyStep.Allocate(new((ulong)bytes, PageSize), null));
        }

        return true;
    }
}
