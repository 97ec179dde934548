using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.Verification;

/// <summary>Holds a running kernel's free lists, of every order and migratetype, against what boot released.</summary>
/// <remarks>
/// A block is taken from the head of its list and comes back to the head or the tail, so a list that was in use may be
/// in any order, and only its blocks can be judged: each must have been released whole, and be free once. In order are
/// the blocks that no event can have touched:
/// <list type="bullet">
/// <item>all of a zone from which no page was ever handed out;</item>
/// <item>of the largest blocks those so far behind the head that all pages ever handed out, twice over for what
/// splitting leaves, do not reach them;</item>
/// <item>after a traced boot those that the events put there.</item>
/// </list>
/// Blocks near pages that were freed late are judged as a set: those pages wait in pagesets. So are deferred zones of
/// nodes with several CPUs, which release at once, and shuffled lists. Up to 3.10 no log tells exactly where late frees
/// lie, and blocks near them are left out.
/// </remarks>
internal sealed class FreeListComparison(CaptureBoot boot, string file, AllocatorDump dump, HandedOut? handedOut)
{
    private const string OrderRule =
        "each block goes to the tail of its list (to the head before 5.10), lowest first; nothing touched it since";

    private const string SetRule =
        "what memblock has left is released in the largest aligned blocks, and later what boot gives back";

    private readonly MachineImage _image = boot.Image;
    private readonly int[] _inOrder = new int[Order.Count];
    private readonly int[] _inSet = new int[Order.Count];

    /// <summary>A boot whose events were followed to the end.</summary>
    public BootTraceReplay? Replay { get; init; }

    /// <summary>How many blocks of each order were judged, for people.</summary>
    public string Coverage => $"blocks judged in order: {Counts(_inOrder)}; as a set: {Counts(_inSet)}";

    /// <param name="set">Gets the blocks whose place is not settled.</param>
    /// <param name="order">Gets the blocks that nothing can have touched.</param>
    public void Compare(Tally set, Tally order)
    {
        if (dump.FreeLists.IsEmpty) return;
        foreach (var zone in _image.Zones)
        {
            var released = new ReleasedMemory(zone);
            var rest = new List<(string Where, int Order, long Frame)>();
            var ours = new Zone(_image.Release, zone);
            foreach (var (type, name) in MigratetypeNumbers.Of(_image.Release))
            {
                for (var size = 0; size <= Order.MaxValue; size++)
                {
                    var kernel = dump.FreeLists.FirstOrDefault(list =>
                        list.Zone == zone.Id && list.Order == size && list.Migratetype == name)?.Frames ?? [];
                    var where = $"{file} {zone.Id} order {size} {name}";
                    var settled = Settled(zone, ours, size, type, kernel);
                    CompareOrder(order, where, settled, released, size);
                    _inOrder[size] += settled.Kernel.Count;
                    rest.AddRange(Unsettled(kernel, settled.Kernel)
                        .Where(frame => boot.Layout.PlacesLateFrees || !IsNearLateFrees(zone, frame))
                        .Select(frame => (where, size, frame)));
                }
            }

            foreach (var (where, size, frame) in rest)
            {
                _inSet[size]++;
                set.Same($"{where} block 0x{frame:x}", "free", released.Judge(frame, size), () => SetRule);
            }
        }
    }

    private static void CompareOrder(
        Tally tally, string where, SettledBlocks blocks, ReleasedMemory released, int order)
    {
        var (kernel, ours) = (blocks.Kernel, blocks.Ours);
        for (var i = 1; i <= Math.Max(kernel.Count, ours.Count); i++)
        {
            var theirs = i <= kernel.Count ? kernel[^i] : -1;
            var own = i <= ours.Count ? ours[^i] : -1;
            tally.Same($"{where} block {i} from the tail", Text(theirs), Text(own), () => OrderRule);
            if (theirs == own) released.Take(own, order);
        }
    }

    /// <summary>Blocks that are not among the settled ones; one that is listed twice is settled once.</summary>
    private static IEnumerable<long> Unsettled(ImmutableArray<long> kernel, List<long> settled)
    {
        var left = settled.CountBy(frame => frame).ToDictionary();
        for (var i = kernel.Length - 1; i >= 0; i--)
        {
            if (left.TryGetValue(kernel[i], out var times) && times > 0) left[kernel[i]] = times - 1;
            else yield return kernel[i];
        }
    }

    private static string Counts(int[] blocks)
    {
        var orders = Enumerable.Range(0, blocks.Length).Where(order => blocks[order] > 0).ToList();
        return orders.Count == 0
            ? "none"
            : string.Join(", ", orders.Select(order => $"{blocks[order]} of order {order}"));
    }

    private static string Text(long frame) => frame < 0 ? "none" : $"0x{frame:x}";

    /// <summary>Blocks of one list that must stand in our order.</summary>
    private SettledBlocks Settled(
        ZoneImage zone, Zone ours, int order, Migratetype type, ImmutableArray<long> kernel)
    {
        if (boot.Layout.IsShuffled) return SettledBlocks.None;
        if (Replay is { IsComplete: true })
        {
            List<long> replayed = [.. Replay.FreeList(zone.Id, order, type)];
            return new([.. kernel.Intersect(replayed)], [.. replayed.Intersect(kernel)]);
        }

        if (!IsReleasedInOrder(zone.Id) || handedOut?.From(zone.Id.Kind) is not { } pages) return SettledBlocks.None;
        List<long> own = [.. ours.FreeList(order, type).Where(block => !IsNearLateFrees(zone, block))];
        List<long> theirs = [.. kernel.Where(block => !IsNearLateFrees(zone, block))];
        if (pages == 0) return new(theirs, own);
        if (order != Order.MaxValue) return SettledBlocks.None;
        const int largest = 1 << Order.MaxValue;
        var untouched = (int)Math.Max(0, own.Count - (2 * pages + (largest - 1)) / largest);
        return new([.. theirs.TakeLast(untouched)], [.. own.TakeLast(untouched)]);
    }

    /// <summary>All but the deferred zones are released before a second CPU runs.</summary>
    private bool IsReleasedInOrder(ZoneId id) =>
        !_image.Release.DefersHighestZone
        || _image.Cpus.ListedCpuCount(id.Node) <= 1
        || _image.Zones.Any(zone => zone.Id.Node == id.Node && zone.Id.Kind > id.Kind);

    private static bool IsNearLateFrees(ZoneImage zone, long block)
    {
        var area = block & -(1L << Order.MaxValue);
        return zone.FreedLate.Any(
            range => range.Start.Value < area + (1L << Order.MaxValue) && range.End.Value > area);
    }

    /// <summary>Head first, both.</summary>
    private readonly record struct SettledBlocks(List<long> Kernel, List<long> Ours)
    {
        public static readonly SettledBlocks None = new([], []);
    }
}
