using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Boot;

namespace Numa.Tests.Core.Boot;

public class MemblockTests
{
    private const ulong MiB = 1ul << 20;

    // Spec 02 E2:  [0      0x1000)        n0
    //          add     [0x800       0x3000)  only the uncovered part enters
    [Fact]
    public void Adding_keeps_what_is_there_and_joins_equal_neighbours()
    {
        var same = new MemblockRegions();
        same.Add(0, 0x1000, new NodeId(0));
        same.Add(0x800, 0x3000, new NodeId(0));
        Assert.Equal([new(0, 0x3000, new NodeId(0), MemblockFlags.None)], same);

        var other = new MemblockRegions();
        other.Add(0, 0x1000, new NodeId(0));
        other.Add(0x800, 0x3000, new NodeId(1));
        Assert.Equal(
            [new(0, 0x1000, new NodeId(0), MemblockFlags.None), new(0x1000, 0x3000, new NodeId(1), MemblockFlags.None)],
            other);
    }

    // Spec 02 E3: memory [1M, 16M), reserved [8M, 9M), twice 4 MiB aligned to 4 MiB.
    [Fact]
    public void Top_down_takes_the_highest_aligned_place()
    {
        var memblock = new Memblock();
        memblock.Memory.Add(MiB, 16 * MiB);
        memblock.Reserve(8 * MiB, 9 * MiB);

        Assert.True(memblock.TryAllocate(new(4 * MiB, 4 * MiB), out var first));
        Assert.True(memblock.TryAllocate(new(4 * MiB, 4 * MiB), out var second));
        Assert.False(memblock.TryAllocate(new(4 * MiB, 4 * MiB), out _));
        Assert.Equal((12 * MiB, 4 * MiB), (first, second));
    }

    // Spec 02 E5, from a real boot.
    [Fact]
    public void A_limit_and_a_minimum_are_kept()
    {
        var memblock = new Memblock();
        memblock.Memory.Add(0x1000, 0x9f000);
        memblock.Memory.Add(0x100000000, 0x280000000);
        memblock.Reserve(0, 0x10000);
        memblock.Reserve(0x9f000, 0x100000);

        Assert.True(memblock.TryAllocate(new(28672, 0x1000, 0, 0x100000), out var trampoline));
        Assert.True(memblock.TryAllocate(new(2 * MiB, 2 * MiB, 0x100000), out var large));
        memblock.Free(large, large + 2 * MiB);
        Assert.True(memblock.TryAllocate(new(4096, 4096, 0x260000000), out var one));
        Assert.True(memblock.TryAllocate(new(4096, 4096, 0x260000000), out var two));
        Assert.Equal((0x98000ul, 0x27fe00000ul, 0x27ffff000ul, 0x27fffe000ul), (trampoline, large, one, two));
    }

    [Fact]
    public void A_full_node_falls_back_to_another_unless_the_node_is_exact()
    {
        var memblock = new Memblock();
        memblock.Memory.Add(MiB, 2 * MiB, new NodeId(0));
        memblock.Memory.Add(2 * MiB, 3 * MiB, new NodeId(1));

        Assert.False(memblock.TryAllocate(new(2 * MiB, 1), out _));
        Assert.True(memblock.TryAllocate(new(MiB, 1, Node: new NodeId(1)), out var local));
        Assert.False(memblock.TryAllocate(new(MiB, 1, Node: new NodeId(1), ExactNode: true), out _));
        Assert.True(memblock.TryAllocate(new(MiB, 1, 2 * MiB, Node: new NodeId(1)), out var elsewhere));
        Assert.Equal((2 * MiB, MiB), (local, elsewhere));
    }

    [Fact]
    public void Trimming_rounds_inward_and_drops_what_vanishes()
    {
        var regions = new MemblockRegions();
        regions.Add(0x1000, 0x9fc00);
        regions.Add(0xa0010, 0xa0ff0);
        regions.Trim(0x1000);

        Assert.Equal([new(0x1000, 0x9f000, null, MemblockFlags.None)], regions);
    }

    private enum Action { Add, Remove, Reserve, Free, SetNode, Allocate, AllocateUp }

    private sealed record Step(Action Action, int From, int Size, int Node, int Shift);

    private static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Enum<Action>(), Gen.Int[0, 63], Gen.Int[1, 20], Gen.Int[0, 2], Gen.Int[0, 3],
        (action, from, size, node, shift) => new Step(action, from, size, node, shift));

    // Goal: memblock is a set of pages with nodes, and its search finds the highest (or lowest) place that fits.
    // Method: the same steps on plain arrays of 64 pages, where a place fits if its pages are free and of one node.
    [Fact]
    public void Agrees_with_an_array_of_pages() =>
        AnyStep.Array[0, 40].Sample(steps =>
        {
            var memblock = new Memblock();
            var (memory, reserved) = (new int[64], new bool[64]);   // Memory: 0 none, else node + 1.
            foreach (var step in steps)
            {
                var to = Math.Min(64, step.From + step.Size);
                var (start, end) = ((ulong)step.From << 12, (ulong)to << 12);
                switch (step.Action)
                {
                    case Action.Add:
                        memblock.Memory.Add(start, end, new NodeId(step.Node));
                        for (var i = step.From; i < to; i++) memory[i] = memory[i] == 0 ? step.Node + 1 : memory[i];
                        break;
                    case Action.Remove:
                        memblock.Memory.Remove(start, end);
                        Array.Clear(memory, step.From, to - step.From);
                        break;
                    case Action.Reserve:
                        memblock.Reserve(start, end);
                        Array.Fill(reserved, true, step.From, to - step.From);
                        break;
                    case Action.Free:
                        memblock.Free(start, end);
                        Array.Fill(reserved, false, step.From, to - step.From);
                        break;
                    case Action.SetNode:
                        memblock.Memory.SetNode(start, end, new NodeId(step.Node));
                        for (var i = step.From; i < to; i++) memory[i] = memory[i] == 0 ? 0 : step.Node + 1;
                        break;
                    default:
                        memblock.BottomUp = step.Action == Action.AllocateUp;
                        var expected = Search(memory, reserved, step, memblock.BottomUp);
                        var request = new MemblockRequest((ulong)step.Size << 12, 1ul << 12 << step.Shift, start,
                            Node: new NodeId(step.Node), ExactNode: true);
                        Assert.Equal(expected >= 0, memblock.TryAllocate(request, out var found));
                        if (expected < 0) break;
                        Assert.Equal((ulong)expected << 12, found);
                        Array.Fill(reserved, true, expected, step.Size);
                        break;
                }

                AssertSame(memblock, memory, reserved);
            }
        }, iter: 2_000);

    private static int Search(int[] memory, bool[] reserved, Step step, bool bottomUp)
    {
        // First with the minimum, then without; page 0 is never handed out.
        foreach (var low in new[] { Math.Max(1, step.From), 1 })
        {
            var places = Enumerable.Range(low, 64 - low).Where(at => at % (1 << step.Shift) == 0 && at + step.Size <= 64
                && Enumerable.Range(at, step.Size).All(i => memory[i] == step.Node + 1 && !reserved[i])).ToList();
            if (places.Count > 0) return bottomUp ? places[0] : places[^1];
        }

        return -1;
    }

    private static void AssertSame(Memblock memblock, int[] memory, bool[] reserved)
    {
        var (seenMemory, seenReserved, seenFree) = (new int[64], new bool[64], new bool[64]);
        foreach (var region in memblock.Memory) Fill(region, i => seenMemory[i] = region.Node!.Value.Value + 1);
        foreach (var region in memblock.Reserved) Fill(region, i => seenReserved[i] = true);
        foreach (var region in memblock.FreeRanges()) Fill(region, i => seenFree[i] = true);
        Assert.Equal(memory, seenMemory);
        Assert.Equal(reserved, seenReserved);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => memory[i] != 0 && !reserved[i]), seenFree);
        foreach (var regions in new[] { memblock.Memory, memblock.Reserved })
        {
            Assert.Equal(regions.Aggregate(0ul, (sum, region) => sum + region.Size), regions.TotalSize);
            for (var i = 1; i < regions.Count; i++)
            {
                Assert.True(regions[i - 1].End <= regions[i].Start);
                Assert.False(regions[i - 1].Joins(regions[i]));
            }
        }
    }

    private static void Fill(MemblockRegion region, Action<int> paint)
    {
        for (var page = region.Start >> 12; page < region.End >> 12; page++) paint((int)page);
    }
}
