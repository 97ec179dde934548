using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Core.Text;

/// <summary>The lines of <c>memblock=debug</c>: requests, reservations, frees and the two dumps.</summary>
/// <remarks>
/// What the kernel reserved before it read its parameters (its image, low memory, the initial RAM disk, setup data)
/// is logged nowhere; it is taken from the first dump. A reservation that follows a request is its answer. Others
/// were made by address, and are taken as they are. Ranges end with their last byte, in 3.10 with the byte after it.
/// </remarks>
internal sealed class MemblockLog
{
    private const ulong DefaultAlignment = 64;
    private const ulong LargestAddress = 1ul << 52;
    private const ulong KernelStart = 16ul << 20;
    private readonly List<EarlyStep> _steps = [];
    private readonly List<(ulong Start, ulong End)> _beforeDump = [];
    private readonly List<(ulong Start, ulong End)> _firstDump = [];
    private MemblockRequest? _pending;
    private bool _pendingIsGigantic;
    private bool? _isEndExclusive;
    private int _dumps;

    /// <summary>Boot services of EFI that nobody else had reserved before.</summary>
    public List<(ulong Start, ulong End)> BootServices { get; } = [];

    public ImmutableArray<EarlyStep> Steps()
    {
        AskUnanswered();
        return [.. _steps];
    }

    /// <summary>Reads a line if it is memblock's.</summary>
    public bool Read(KernelLogLine line, DmesgProblems log)
    {
        var scan = new LogScanner(line.Text);
        scan.SkipSpaces();
        if (scan.TrySkip("MEMBLOCK configuration:"))
        {
            AskUnanswered();
            _dumps++;
            if (_dumps == 2) _steps.Add(new EarlyStep.NodesAssigned());
            return true;
        }

        if (_dumps == 1 && scan.TrySkip("reserved["))
        {
            // The dumps end with the last byte in every release.
            if (scan.TrySkipPast("[") && TryRange(ref scan, line, isEndExclusive: false, log) is { } range)
            {
                _firstDump.Add(range);
                _steps.Add(new EarlyStep.Reserve(range.Start, range.End));
            }

            return true;
        }

        if (scan.TrySkip("memblock_reserve: [")) return ReadReserve(line, ref scan, log);
        if (!scan.TrySkip("memblock_") && !scan.TrySkip("__memblock_")) return false;
        if (scan.TrySkip("free") || scan.TrySkip("phys_free")) return ReadFree(line, ref scan, log);
        return line.Text.Contains(" bytes align=", StringComparison.Ordinal) && ReadRequest(line, ref scan, log);
    }

    /// <summary>The place of the kernel's image: the region of the first dump that holds 16 MiB, less early page
    /// tables.</summary>
    public KernelImageSizes PlaceImage(KernelImageSizes sizes)
    {
        // With a randomised base the image is the largest region above 16 MiB that was reserved silently.
        var image = _firstDump.Where(region => region.Start <= KernelStart && region.End > KernelStart)
            .Concat(_firstDump.Where(region => region.Start > KernelStart)
                .OrderByDescending(region => region.End - region.Start))
            .FirstOrDefault();
        if (image == default) return sizes;
        var tables = _beforeDump.FirstOrDefault(region => region.End == image.End && region.Start > image.Start);
        return sizes with { Start = image.Start, End = tables == default ? image.End : tables.Start };
    }

    /// <summary>Whether ends are the byte after the range: told by the first reservation, which is of whole
    /// paragraphs.</summary>
    private static bool EndsAfterLastByte(LogScanner scan) => scan.TryRange(out _, out var end) && (end & 0xf) == 0;

    private bool ReadReserve(KernelLogLine line, ref LogScanner scan, DmesgProblems log)
    {
        _isEndExclusive ??= EndsAfterLastByte(scan);
        if (TryRange(ref scan, line, _isEndExclusive.Value, log) is not { } range) return true;
        if (_dumps == 0) _beforeDump.Add(range);
        if (line.Text.Contains(" efi_reserve_boot_services", StringComparison.Ordinal)) BootServices.Add(range);
        if (_pending is { } request && request.Size == range.End - range.Start)
        {
            _steps.Add(new EarlyStep.Allocate(request, range.Start, _pendingIsGigantic));
            _pending = null;
            return true;
        }

        AskUnanswered();
        _steps.Add(new EarlyStep.Reserve(range.Start, range.End));
        return true;
    }

    /// <summary>A request that no reservation answers: a log without answers, or a request that found nothing. The
    /// rules tell which.</summary>
    private void AskUnanswered()
    {
        if (_pending is { } request) _steps.Add(new EarlyStep.Allocate(request, null, _pendingIsGigantic));
        _pending = null;
    }

    private bool ReadFree(KernelLogLine line, ref LogScanner scan, DmesgProblems log)
    {
        AskUnanswered();
        if (scan.TrySkipPast(": [")
            && TryRange(ref scan, line, _isEndExclusive ?? false, log, mayBeEmpty: true) is { } range
            && range.Start < range.End)
        {
            _steps.Add(new EarlyStep.Free(range.Start, range.End));
        }

        return true;
    }

    /// <summary>Reads <c>…: 4096 bytes align=0x40 nid=-1 from=0x0 max_addr=0x0 caller</c>.</summary>
    private bool ReadRequest(KernelLogLine line, ref LogScanner scan, DmesgProblems log)
    {
        var isExact = scan.Rest.StartsWith("alloc_exact_nid", StringComparison.Ordinal);
        var node = -1L;
        ulong size = 0, align = 0, from = 0, max = 0;
        AskUnanswered();
        if (scan.TrySkipPast(": ") && scan.TryNumber(out var bytes) && bytes > 0 && scan.TrySkip(" bytes align=")
            && scan.TryHex(out align) && (align == 0 || ulong.IsPow2(align))
            && (!scan.TrySkip(" nid=") || scan.TryNumber(out node))
            && scan.TrySkip(" from=") && scan.TryHex(out from)
            && scan.TrySkip(" max_addr=") && scan.TryHex(out max))
        {
            size = (ulong)bytes;
            NodeId? wanted = node is >= 0 and < NodeId.MaxCount ? new NodeId((int)node) : null;
            _pendingIsGigantic = line.Text.Contains("alloc_bootmem_huge_page", StringComparison.Ordinal);
            _pending = new(size, align == 0 ? DefaultAlignment : align, from, max, wanted, isExact);
        }
        else
        {
            log.Malformed(line, scan.Position,
                "a request such as '4096 bytes align=0x40 nid=-1 from=0x0 max_addr=0x0'");
        }

        return true;
    }

    private static (ulong Start, ulong End)? TryRange(
        ref LogScanner scan, KernelLogLine line, bool isEndExclusive, DmesgProblems log, bool mayBeEmpty = false)
    {
        if (scan.TryRange(out var start, out var end) && end < LargestAddress)
        {
            if (!isEndExclusive) end++;
            if (start < end || (mayBeEmpty && start == end)) return (start, end);
        }

        log.Malformed(line, scan.Position, "a range of addresses below 2^52 such as [0x00099000-0x0009efff]");
        return null;
    }
}
