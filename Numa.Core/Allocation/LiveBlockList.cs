using Numa.Core.Diagnostics;

namespace Numa.Core.Allocation;

/// <summary>Blocks in the order in which a task got them, with runs of neighbours kept as one entry.</summary>
/// <remarks>Sequential fills hold tens of millions of pages; refills come in ascending runs.</remarks>
public sealed class LiveBlockList
{
    private LiveBlock[] _starts = [];
    private int[] _lengths = [];
    private int _runs;

    public long Count { get; private set; }

    public long Pages { get; private set; }

    public void Add(LiveBlock block)
    {
        Count++;
        Pages += block.Pages;
        if (_runs > 0)
        {
            var last = _starts[_runs - 1];
            var length = _lengths[_runs - 1];
            if (last.Order == block.Order && last.Zone == block.Zone && length < int.MaxValue
                && block.Frame == last.Frame + ((long)length << last.Order))
            {
                _lengths[_runs - 1] = length + 1;
                return;
            }
        }

        if (_runs == _starts.Length)
        {
            var capacity = Math.Max(16, _runs * 2);
            Array.Resize(ref _starts, capacity);
            Array.Resize(ref _lengths, capacity);
        }

        _starts[_runs] = block;
        _lengths[_runs] = 1;
        _runs++;
    }

    /// <summary>Takes out the block that came last.</summary>
    public LiveBlock RemoveLast()
    {
        Invariant.Holds(Count > 0);
        var start = _starts[_runs - 1];
        var length = --_lengths[_runs - 1];
        if (length == 0) _runs--;
        Count--;
        Pages -= start.Pages;
        return new(start.Frame + ((long)length << start.Order), start.Order, start.Zone);
    }

    public IEnumerable<LiveBlock> Blocks()
    {
        for (var run = 0; run < _runs; run++)
        {
            var start = _starts[run];
            for (long i = 0; i < _lengths[run]; i++)
                yield return new(start.Frame + (i << start.Order), start.Order, start.Zone);
        }
    }
}
