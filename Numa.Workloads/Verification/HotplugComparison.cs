using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Hotplug;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Workloads.Verification;

/// <summary>Repeats what was done to a running kernel's memory and compares its tables after each step.</summary>
internal sealed partial class HotplugComparison(CaptureFolder capture, CaptureBoot boot)
{
    private const string BootLog = "dmesg.txt";
    private const string EndLog = "dmesg-end.txt";
    private readonly Tally _tally = boot.Replay.Tally;
    private readonly StateComparison _state = new(boot.Image.Release, boot.Tuning);
    private readonly MemoryHotplug _machine = boot.Hotplug;

    public void Run()
    {
        var replay = boot.Replay;
        if (!replay.Folders.Any()) return;
        foreach (var (folder, record) in replay.Folders)
        {
            replay.Follow(folder, record);
            CompareZoneinfo(Path.Combine(folder.Name, "zoneinfo.txt"));
            CompareDump(Path.Combine(folder.Name, "freelists.txt"));
            CompareTotal(Path.Combine(folder.Name, "meminfo.txt"));
            if (record is not null) CompareBlocks(folder, record);
        }

        CompareLog();
    }

    private void CompareZoneinfo(string file)
    {
        if (!capture.TryReadZoneinfo(file, out var zones)) return;
        foreach (var zone in zones)
        {
            var start = zone.IsPopulated ? zone.Start.Value : (long?)null;
            Extent($"{file} {zone.Id}", zone.Id, start, zone.Spanned, zone.Present, zone.Managed);
        }

        _state.Marks(_tally, file, zones);
        _state.Reserves(_tally, file, zones);
        _state.Pagesets(_tally, file, zones);
    }

    private void CompareDump(string file)
    {
        if (AllocatorDump.Read(capture, file) is not { } dump) return;
        foreach (var zone in dump.Zones)
        {
            Extent($"{file} {zone.Zone}", zone.Zone, zone.Frame("start"), zone.Number("spanned"),
                zone.Number("present"), zone.Number("managed"));
        }

        _state.Marks(_tally, file, dump);
        _state.Reserves(_tally, file, dump);
        _state.Pagesets(_tally, file, dump);
        _state.Zonelists(_tally, file, dump, _machine.Zonelists);
        foreach (var list in dump.FreeLists) CompareFree($"{file} {list.Zone}", list);
    }

    private void Extent(string where, ZoneId id, long? start, long? spanned, long? present, long? managed)
    {
        var ours = _machine.ZoneOf(id);
        string Rule() => $"online in {id}: " + (ours.IsPopulated
            ? string.Join(", ", ours.Online.Select(range => $"{range.Start}-{range.End}")) : "nothing");
        Same("start", start, ours.Span.Start.Value);
        Same("spanned", spanned, ours.Span.Pages.Value);
        Same("present", present, ours.Present.Value);
        Same("managed", managed, ours.Managed.Value);

        void Same(string name, long? kernel, long value)
        {
            if (kernel is { } number) _tally.Same($"{where} {name}", number, value, Rule);
        }
    }

    /// <summary>Free blocks of plugged memory lie in its zone, and the largest stand as they went online.</summary>
    private void CompareFree(string where, DumpedList list)
    {
        var pages = new Order(list.Order).Pages;
        var zone = _machine.ZoneOf(list.Zone);
        foreach (var frame in list.Frames.Select(frame => new PageFrameNumber(frame)))
        {
            var block = new PageRange(frame, frame + pages);
            if (!_machine.IsAdded(block)) continue;
            _tally.Same($"{where} block {frame}", "online", zone.Holds(block) ? "online" : "not online",
                () => "what goes offline leaves the free lists");
        }

        if (list.Order != Order.MaxValue || list.Migratetype != nameof(Migratetype.Movable)) return;
        var ours = _machine.BlocksOnlined(list.Zone);
        var kernel = list.Frames.Select(frame => new PageFrameNumber(frame)).Intersect(ours).ToList();
        var kept = ours.Intersect(kernel).ToList();
        for (var i = 0; i < kernel.Count; i++)
        {
            _tally.Same($"{where} onlined block {i + 1} of the list", $"{kernel[i]}", $"{kept[i]}",
                () => "each block goes to the tail of its list (to the head before 5.10) as it goes online");
        }
    }

    private void CompareTotal(string file)
    {
        if (!capture.TryRead(file, out var text) || MemTotal().Match(text) is not { Success: true } total) return;
        _tally.Same($"{file} MemTotal", long.Parse(total.Groups[1].Value, CultureInfo.InvariantCulture),
            _machine.Zones.Sum(zone => zone.Managed.Value) * 4, () => "managed pages of all zones");
    }

    private void CompareBlocks(HotplugFolder folder, MemoryBlockRecord record)
    {
        var file = Path.Combine(folder.Name, MemoryBlockRecord.File);
        if (record.BlockSize is { } size)
        {
            _tally.Same($"{file} block size", size.Value, boot.Replay.BlockSizeByRule.Value,
                () => "128 MiB below 64 GiB; else 2 GiB, under a hypervisor the largest that divides boot memory");
        }

        // What sysfs shows for a block of boot, or before a zone was chosen at going online, follows other rules.
        if (boot.Image.Release.HotplugZone != HotplugZoneRule.WhenOnline) return;
        foreach (var block in record.Blocks.Where(block => block.Node is not null && block.Zones.Length > 0))
        {
            var range = boot.Replay.RangeOf(block);
            if (!_machine.IsAdded(range)) continue;
            _tally.Same($"{file} memory{block.Number} zones", block.Zones,
                ZonesOf(block.Node!.Value, range),
                () => "its zone; offline, the zone for online, then those for online_kernel and online_movable");
        }
    }

    private string ZonesOf(NodeId node, PageRange range)
    {
        if (_machine.Zones.FirstOrDefault(zone => zone.Holds(range)) is { } zone) return $"{zone.Id.Kind}";
        OnlineType[] types = [OnlineType.Default, OnlineType.Kernel, OnlineType.Movable];
        return string.Join(' ', types.Select(type => _machine.ZoneFor(node, range, type)).Distinct());
    }

    /// <summary>What the kernel logged about its zonelists since boot.</summary>
    private void CompareLog()
    {
        if (KernelMessages.Read(capture, EndLog) is not { } log) return;
        var before = KernelMessages.Read(capture, BootLog);
        foreach (var start in (string[])["Fallback order for Node ", "Built ", "Policy zone: "])
        {
            var kernel = log.StartingWith(start).Skip(before?.StartingWith(start).Count() ?? 0).ToList();
            var ours = _machine.Messages.Skip(boot.Replay.MessagesOfBoot)
                .Where(line => line.StartsWith(start, StringComparison.Ordinal)).ToList();
            for (var i = 0; i < Math.Max(kernel.Count, ours.Count); i++)
            {
                _tally.Same($"{EndLog} rebuild: '{start.TrimEnd()}' {i + 1}",
                    kernel.ElementAtOrDefault(i) ?? "none", ours.ElementAtOrDefault(i)?.TrimEnd() ?? "none",
                    () => "the lists are built again when a zone gets its first page or loses its last");
            }
        }
    }

    [GeneratedRegex(@"^MemTotal:\s+(\d{1,15}) kB", RegexOptions.Multiline)]
    private static partial Regex MemTotal();
}
