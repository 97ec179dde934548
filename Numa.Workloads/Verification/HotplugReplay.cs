using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Hotplug;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Verification;

/// <summary>Does to a booted machine what was done to a captured one: plugs memory in, brings blocks on and off
/// line.</summary>
/// <remarks>
/// Inputs: <c>hotplug-steps.txt</c> says what was written to which block; <c>memory_blocks.txt</c> says where a block
/// lies and on which node, and which are online. Where the writes are missing, the name of a folder gives the command
/// and the blocks' states tell which it was given. Zones and counts are never read here.
/// </remarks>
internal sealed class HotplugReplay
{
    private readonly CaptureFolder _capture;
    private readonly MemoryHotplug _machine;
    private readonly PageCount _blockSize;
    private readonly ImmutableArray<(HotplugFolder Folder, MemoryBlockRecord? Record)> _folders;
    private readonly ImmutableArray<(int Step, BlockWrite Write)> _writes;
    private readonly Dictionary<int, (NodeId Node, PageRange Range)> _blocks = [];
    private int _done;

    /// <summary>Plugs in at once what was there before boot and in no memory map.</summary>
    public HotplugReplay(CaptureFolder capture, MemoryHotplug machine, MemoryLayout layout)
    {
        _capture = capture;
        _machine = machine;
        BlockSizeByRule = MemoryBlockSize.For(
            layout.Limits is { } limits ? limits[limits.Highest].End : default, !IsBareMetal());
        _folders = [.. HotplugFolder.In(capture).Select(folder =>
            (folder, MemoryBlockRecord.Read(capture, Path.Combine(folder.Name, MemoryBlockRecord.File))))];
        _writes = [.. HotplugFolder.WritesIn(capture).OrderBy(step => step.Key)
            .SelectMany(step => step.Select(write => (step.Key, write)))];
        var atBoot = MemoryBlockRecord.Read(capture, MemoryBlockRecord.File);
        _blockSize = atBoot?.BlockSize ?? _folders.Select(folder => folder.Record?.BlockSize)
            .FirstOrDefault(size => size is not null) ?? BlockSizeByRule;
        if (atBoot is not null) Plug(atBoot, 0);
        MessagesOfBoot = machine.Messages.Count;
    }

    /// <summary>Gets what was done, and by whoever compares what followed.</summary>
    public Tally Tally { get; } = new();

    /// <summary>What the kernel would choose as the size of a block.</summary>
    public PageCount BlockSizeByRule { get; }

    /// <summary>How many of the machine's messages boot made.</summary>
    public int MessagesOfBoot { get; }

    /// <summary>The folders, in the order in which they were taken.</summary>
    public IEnumerable<(HotplugFolder Folder, MemoryBlockRecord? Record)> Folders => _folders;

    /// <summary>Where a block lies.</summary>
    public PageRange RangeOf(MemoryBlock block)
    {
        var start = new PageFrameNumber(checked(block.Index * _blockSize.Value));
        return new(start, start + _blockSize);
    }

    /// <summary>Does what was done between the folder before and this one.</summary>
    /// <exception cref="InputException">Nothing tells what that was.</exception>
    public void Follow(HotplugFolder folder, MemoryBlockRecord? record)
    {
        if (record is not null) Plug(record, folder.Step);
        var before = _done;
        while (_done < _writes.Length && IsDue(folder) && !IsReached(folder, record))
        {
            var (step, write) = _writes[_done++];
            if (write.IsTaken) Do(step, write);
        }

        if (record is not null) FollowStates(folder, record);
        else if (_done == before && !HasWrites(folder)) FollowName(folder);
        if (record is not null) Unplug(record, folder.Step);
    }

    private bool IsBareMetal() => _capture.TryRead("sysfs-misc.txt", out var misc)
        && misc.Contains("flags\t", StringComparison.Ordinal)
        && !misc.Contains(" hypervisor ", StringComparison.Ordinal);

    private bool HasWrites(HotplugFolder folder) => _writes.Any(write => write.Step == folder.Step);

    private bool IsDue(HotplugFolder folder)
    {
        var step = _writes[_done].Step;
        if (step != folder.Step) return step < folder.Step;
        return folder.Blocks is not { } count || _writes.Take(_done).Count(write => write.Step == step) < count;
    }

    /// <summary>A later folder of the same step shows the rest of its writes.</summary>
    private bool IsReached(HotplugFolder folder, MemoryBlockRecord? record) => record is not null
        && _writes[_done].Step == folder.Step
        && _folders.SkipWhile(other => other.Folder != folder).Skip(1).Any(other => other.Folder.Step == folder.Step)
        && record.Blocks.All(block => IsOnline(block.Number) == block.IsOnline);

    /// <summary>Adds blocks that were not there before; neighbours on one node came with one device.</summary>
    private void Plug(MemoryBlockRecord record, int step)
    {
        var added = new List<(MemoryBlock Block, NodeId Node, PageRange Range)>();
        foreach (var block in record.Blocks.Where(block => !_blocks.ContainsKey(block.Number)).OrderBy(b => b.Index))
        {
            var range = RangeOf(block);
            var home = _machine.Zones.FirstOrDefault(zone => zone.PagesIn(range) > PageCount.Zero)?.Id.Node;
            var node = block.Node ?? home ?? throw Unclear(
                MemoryBlockRecord.File, $"memory{block.Number} has no node: expected 'node0' or another at its end");
            _blocks[block.Number] = (node, range);
            if (home is null && !_machine.IsAdded(range)) added.Add((block, node, range));
        }

        for (var i = 0; i < added.Count;)
        {
            var (first, node, device) = added[i];
            while (++i < added.Count && added[i].Node == node && added[i].Range.Start == device.End)
                device = new(device.Start, added[i].Range.End);
            Taken($"step {step} memory{first.Number} plugged in", _machine.Add(node, device));
        }

        if (record.AutoOnline is not { } type) return;
        foreach (var (block, node, range) in added.Where(added => added.Block.IsOnline))
        {
            if (_writes.Any(w => w.Step == step && w.Write.Block == block.Number && w.Write.IsTaken)) continue;
            Taken($"step {step} memory{block.Number} online by itself", _machine.Online(node, range, type));
        }
    }

    private void Unplug(MemoryBlockRecord record, int step)
    {
        var gone = _blocks.Where(block => record[block.Key] is null).OrderBy(block => block.Key).ToList();
        // Whoever unplugs a device brings its blocks off line before any of them is removed.
        foreach (var (number, _) in gone.Where(block => IsOnline(block.Key))) Do(step, new(number, null));
        foreach (var (number, block) in gone)
        {
            _blocks.Remove(number);
            Taken($"step {step} memory{number} unplugged", _machine.Remove(block.Range));
        }
    }

    private void Do(int step, BlockWrite write)
    {
        // A block that was plugged in and used before any folder shows it.
        if (!_blocks.ContainsKey(write.Block)
            && _folders.FirstOrDefault(later => later.Record?[write.Block] is not null).Record is { } record)
        {
            Plug(record, step);
        }

        if (!_blocks.TryGetValue(write.Block, out var block))
            throw Unclear(HotplugFolder.Writes, $"memory{write.Block} is in no {MemoryBlockRecord.File}");
        var word = write.Type switch
        {
            null => "offline",
            OnlineType.Kernel => "online_kernel",
            OnlineType.Movable => "online_movable",
            _ => "online",
        };
        Taken($"step {step} memory{write.Block} <- {word}", write.Type is { } type
            ? _machine.Online(block.Node, block.Range, type)
            : _machine.Offline(block.Range));
    }

    /// <summary>Brings about the states that the folder shows, by the command in its name.</summary>
    private void FollowStates(HotplugFolder folder, MemoryBlockRecord record)
    {
        var changed = record.Blocks.Where(block => IsOnline(block.Number) != block.IsOnline).ToList();
        foreach (var block in changed.Where(block => !block.IsOnline).OrderByDescending(block => block.Index))
            Do(folder.Step, new(block.Number, null));
        foreach (var block in changed.Where(block => block.IsOnline).OrderBy(block => block.Index))
        {
            Do(folder.Step, new(block.Number, folder.Online ?? throw Unclear(folder.Name,
                $"memory{block.Number} went online, and neither {HotplugFolder.Writes} nor the folder's name says how: "
                + "expected online, online_kernel or online_movable")));
        }
    }

    /// <summary>Does the command in the folder's name to as many blocks as it says; all else is unknown.</summary>
    private void FollowName(HotplugFolder folder)
    {
        if (folder.IsPlugged) return;
        if (folder.Online is null && !folder.IsOffline)
        {
            throw Unclear(folder.Name, $"no line 'step {folder.Step:00}' in {HotplugFolder.Writes}, no "
                + $"{MemoryBlockRecord.File}, and no command in the name: expected before, plugged, online, "
                + "online_kernel, online_movable, offline or unplugged");
        }

        if (Next(folder) is { } record) Plug(record, folder.Step);
        var online = folder.Online is not null;
        var blocks = _blocks.Where(block => _machine.IsAdded(block.Value.Range) && IsOnline(block.Key) != online)
            .Select(block => block.Key).Order().ToList();
        if (!online) blocks.Reverse();
        foreach (var block in blocks.Take(folder.Blocks ?? blocks.Count)) Do(folder.Step, new(block, folder.Online));
    }

    private MemoryBlockRecord? Next(HotplugFolder folder) =>
        _folders.SkipWhile(other => other.Folder != folder).Select(other => other.Record)
            .FirstOrDefault(record => record is not null);

    private bool IsOnline(int number) => _blocks.TryGetValue(number, out var block)
        && _machine.Zones.Any(zone => zone.PagesIn(block.Range) > PageCount.Zero);

    private void Taken(string what, string? refusal) =>
        Tally.Same(what, "taken", refusal is null ? "taken" : "refused", () => refusal!);

    private InputException Unclear(string file, string what) =>
        new([new(new(Path.Combine(_capture.Path, file), 0, 0), ProblemCodes.Hotplug, what)]);
}
