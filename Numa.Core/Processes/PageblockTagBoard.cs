using Numa.Core.Addressing;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <summary>What a zone published of its pageblocks' migratetypes, readable as of an instant.</summary>
/// <remarks>A CPU that frees a page reads the tag without the zone lock. It reads it as of an instant that is settled
/// for it (its own last reply or a board instant), so what the zone publishes meanwhile cannot change its answer.
/// Written by the zone, read by CPUs; every entry is immutable.</remarks>
public sealed class PageblockTagBoard
{
    private const int ChunkShift = 6;

    private readonly long _firstBlock;
    private readonly Change?[]?[] _chunks;

    public PageblockTagBoard(ZoneImage image)
    {
        _firstBlock = image.Room.Start.Value >> Order.Pageblock;
        _chunks = new Change?[]?[((image.Room.End.Value >> Order.Pageblock) - _firstBlock >> ChunkShift) + 1];
        foreach (var (range, tag) in image.Tagged)
        {
            // The kernel's own maps are a thousand blocks a node: one entry serves all that had no tag before.
            var shared = new Change(default, tag, null);
            var end = Math.Min(range.End.Value, image.End.Value);
            for (var frame = range.Start.Value; frame < end; frame += 1L << Order.Pageblock)
            {
                ref var slot = ref Slot(frame);
                slot = slot is null ? shared : new(default, tag, slot);
            }
        }
    }

    private sealed record Change(VirtualInstant From, Migratetype Tag, Change? Before);

    /// <summary>Tag of the pageblock that holds the frame; Movable unless a change was published.</summary>
    public Migratetype AsOf(long frame, VirtualInstant instant)
    {
        var block = (frame >> Order.Pageblock) - _firstBlock;
        if (Volatile.Read(ref _chunks[block >> ChunkShift]) is not { } chunk) return Migratetype.Movable;
        var change = Volatile.Read(ref chunk[block & ((1 << ChunkShift) - 1)]);
        while (change is not null && change.From > instant) change = change.Before;
        return change?.Tag ?? Migratetype.Movable;
    }

    internal void Publish(List<(long Frame, Migratetype Tag)> retagged, VirtualInstant from)
    {
        foreach (var (frame, tag) in retagged)
        {
            ref var slot = ref Slot(frame);
            Volatile.Write(ref slot, new(from, tag, slot));
        }
    }

    private ref Change? Slot(long frame)
    {
        var block = (frame >> Order.Pageblock) - _firstBlock;
        ref var chunk = ref _chunks[block >> ChunkShift];
        if (chunk is null) Volatile.Write(ref chunk, new Change?[1 << ChunkShift]);
        return ref chunk![block & ((1 << ChunkShift) - 1)];
    }
}
