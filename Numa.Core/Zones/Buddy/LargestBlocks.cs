using Numa.Core.Addressing;
using Numa.Core.Diagnostics;

namespace Numa.Core.Zones.Buddy;

/// <summary>The free lists of order 10: linked runs of neighbouring blocks of 4 MiB.</summary>
/// <remarks>Blocks leave these lists at the head (merging stops at order 10), so a boot range can stay one run, however
/// large, and one link direction is enough. Only an exchange takes one out of the middle. A run is keyed by its first
/// block in list order.</remarks>
internal sealed class LargestBlocks
{
    private const int ChunkShift = 8;
    private const int ChunkMask = (1 << ChunkShift) - 1;

    private readonly Run[]?[] _chunks;
    private readonly ulong[] _free;
    private readonly int[] _heads = new int[FreeLists.Types];
    private readonly int[] _tails = new int[FreeLists.Types];

    public LargestBlocks(int pages)
    {
        var blocks = (pages >> Order.MaxValue) + 1;
        _chunks = new Run[]?[(blocks >> ChunkShift) + 1];
        _free = new ulong[(blocks >> 6) + 1];
        Array.Fill(_heads, -1);
        Array.Fill(_tails, -1);
    }

    public bool IsFree(int block) => (_free[block >> 6] >> (block & 63) & 1) != 0;

    public bool IsEmpty(int type) => _heads[type] < 0;

    /// <summary>First block of a list, or -1.</summary>
    public int Head(int type) => _heads[type];

    public void PushHead(int block, int type) => PushRunHead(block, 1, 1, type);

    public void PushTail(int block, int type) => PushRunTail(block, 1, 1, type);

    /// <summary>Puts a run in front of a list.</summary>
    /// <param name="first">The run's first block in list order.</param>
    /// <param name="step">1 when the run goes up in addresses, -1 when it goes down.</param>
    public void PushRunHead(int first, int length, int step, int type)
    {
        Mark(first, length, step);
        At(first) = new Run(_heads[type], length, step);
        if (_heads[type] < 0) _tails[type] = first;
        _heads[type] = first;
    }

    /// <summary>Puts a run behind a list.</summary>
    public void PushRunTail(int first, int length, int step, int type)
    {
        Mark(first, length, step);
        At(first) = new Run(-1, length, step);
        if (_heads[type] < 0) _heads[type] = first;
        else At(_tails[type]).Next = first;
        _tails[type] = first;
    }

    /// <summary>Takes the first block of a list that is not empty.</summary>
    public int TakeHead(int type)
    {
        var block = _heads[type];
        var run = At(block);
        if (run.Length > 1)
        {
            var rest = block + run.Step;
            At(rest) = run with { Length = run.Length - 1 };
            _heads[type] = rest;
            if (_tails[type] == block) _tails[type] = rest;
        }
        else
        {
            _heads[type] = run.Next;
            if (run.Next < 0) _tails[type] = -1;
        }

        _free[block >> 6] &= ~(1ul << (block & 63));
        return block;
    }

    /// <summary>Takes a given block out of its list: the run that holds it is cut in two.</summary>
    /// <returns>Type of the list.</returns>
    public int Take(int block)
    {
        for (var type = 0; type < FreeLists.Types; type++)
        {
            var before = -1;
            for (var first = _heads[type]; first >= 0; first = At(first).Next)
            {
                var run = At(first);
                var within = (block - first) * run.Step;
                if (within >= 0 && within < run.Length)
                {
                    Cut(type, before, first, within);
                    return type;
                }

                before = first;
            }
        }

        throw new InvariantBreachException("a free block of order 10 is listed");
    }

    /// <summary>Every block of a list, head first.</summary>
    public IEnumerable<int> List(int type)
    {
        for (var first = _heads[type]; first >= 0;)
        {
            var run = At(first);
            for (var i = 0; i < run.Length; i++) yield return first + i * run.Step;
            first = run.Next;
        }
    }

    private void Cut(int type, int before, int first, int within)
    {
        var run = At(first);
        var block = first + within * run.Step;
        var next = run.Next;
        if (within < run.Length - 1)
        {
            next = block + run.Step;
            At(next) = run with { Length = run.Length - within - 1 };
            if (_tails[type] == first) _tails[type] = next;
        }

        if (within > 0) At(first) = run with { Length = within, Next = next };
        else if (before >= 0) At(before).Next = next;
        else _heads[type] = next;
        if (next < 0) _tails[type] = within > 0 ? first : before;
        _free[block >> 6] &= ~(1ul << (block & 63));
    }

    private ref Run At(int block)
    {
        ref var chunk = ref _chunks[block >> ChunkShift];
        chunk ??= new Run[1 << ChunkShift];
        return ref chunk[block & ChunkMask];
    }

    private void Mark(int first, int length, int step)
    {
        var low = step > 0 ? first : first - length + 1;
        for (var block = low; block < low + length;)
        {
            var bits = Math.Min(64 - (block & 63), low + length - block);
            var mask = (bits == 64 ? ulong.MaxValue : (1ul << bits) - 1) << (block & 63);
            Invariant.Holds((_free[block >> 6] & mask) == 0, "a block is freed once");
            _free[block >> 6] |= mask;
            block += bits;
        }
    }

    private record struct Run(int Next, int Length, int Step);
}
