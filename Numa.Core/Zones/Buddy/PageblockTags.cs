using Numa.Core.Addressing;

namespace Numa.Core.Zones.Buddy;

/// <summary>Migratetype of each pageblock. Movable ones cost nothing.</summary>
internal sealed class PageblockTags(int pages)
{
    private const int ChunkShift = 12;
    private const int ChunkMask = (1 << ChunkShift) - 1;

    // A tag is stored XOR Movable, so that fresh chunks need no fill.
    private readonly byte[]?[] _chunks = new byte[]?[(pages >> Order.Pageblock + ChunkShift) + 1];

    public Migratetype this[int page]
    {
        get
        {
            unchecked
            {
                var block = page >> Order.Pageblock;
                var chunk = _chunks[block >> ChunkShift];
                return chunk is null ? Migratetype.Movable
                    : (Migratetype)(chunk[block & ChunkMask] ^ (byte)Migratetype.Movable);
            }
        }

        set
        {
            var block = page >> Order.Pageblock;
            ref var chunk = ref _chunks[block >> ChunkShift];
            chunk ??= new byte[1 << ChunkShift];
            chunk[block & ChunkMask] = (byte)(value ^ Migratetype.Movable);
        }
    }
}
