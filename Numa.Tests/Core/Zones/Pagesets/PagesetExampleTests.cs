using System.Collections.Immutable;
using CsCheck;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Tests.Core.Zones.Pagesets;

public class PagesetExampleTests
{
    private static Pageset Make(string version, int batch, int min, int max) =>
        new(Generators.Zones.Release(version), new PagesetSize(batch, min, max));

    private static void Fill(Pageset pageset, int pages) =>
        pageset.Append(0, Migratetype.Movable, [.. Enumerable.Range(0, pages).Select(i => (long)i)]);

    // Inserts until a drain is due, drains, and says (count at which it was due, pages, count after).
    private static (int Before, int Pages, int After) FreeUntilDrain(Pageset pageset)
    {
        for (var frame = 10_000L; ; frame++)
        {
            var pages = pageset.Insert(0, Migratetype.Movable, frame, zoneBelowHigh: false);
            if (pages == 0) continue;
            var before = pageset.Count;
            pageset.Drain(pages, 0, Migratetype.Movable, []);
            return (before, pages, pageset.Count);
        }
    }

    // A tiny zone before 5.14 has high 0: every free goes straight through.
    [Fact]
    public void A_high_mark_of_zero_drains_every_free()
    {
        var pageset = Make("4.4", 1, 0, 0);
        Assert.Equal((1, 1, 0), FreeUntilDrain(pageset));
        Assert.Equal((1, 1, 0), FreeUntilDrain(pageset));
    }

    [Fact]
    public void Frees_in_a_row_double_the_drain()
    {
        var pageset = Make("6.1", 63, 252, 252);
        Fill(pageset, 251);
        Assert.Equal(((252, 63, 189), 1), (FreeUntilDrain(pageset), pageset.FreeFactor));
        Assert.Equal(((252, 126, 126), 2), (FreeUntilDrain(pageset), pageset.FreeFactor));
        Assert.Equal(((252, 189, 63), 2), (FreeUntilDrain(pageset), pageset.FreeFactor));
        pageset.BeginAllocation();
        Assert.Equal(1, pageset.FreeFactor);
    }

    [Fact]
    public void Empty_lists_in_a_row_double_the_refill()
    {
        var pageset = Make("6.12", 63, 252, 7252);
        Assert.Equal((63, 315, 1), (pageset.NextRefill(0, false), pageset.High, pageset.AllocFactor));
        Assert.Equal((126, 441, 2), (pageset.NextRefill(0, false), pageset.High, pageset.AllocFactor));
        Assert.Equal((252, 693, 3), (pageset.NextRefill(0, false), pageset.High, pageset.AllocFactor));
    }

    // 693 - 693/8 = 607, 532, 466; what 6000 pages leave is at least 6000 - 32 batches.
    [Fact]
    public void The_timer_takes_an_eighth_off_a_tuned_high_mark()
    {
        var pageset = Make("6.12", 63, 500, 7252);
        Assert.False(pageset.Decays);
        while (pageset.High < 690) pageset.NextRefill(0, false);
        var high = pageset.High;
        Assert.Equal((0, high - high / 8), (pageset.Decay(), pageset.High));
        Fill(pageset, 6000);
        Assert.Equal((32 * 63, 6000 - 32 * 63), (pageset.Decay(), pageset.High));
    }

    [Fact]
    public void A_pageset_is_taken_over_as_a_kernel_held_it()
    {
        var lists = ImmutableDictionary<(int Order, Migratetype Type), ImmutableArray<long>>.Empty
            .Add((0, Migratetype.Movable), [7, 5, 6]).Add((2, Migratetype.Unmovable), [8]);
        var state = new PagesetState(lists, High: 600, 0, FreeCount: 9, AllocFactor: 3, false, false, 0);
        var pageset = new Pageset(
            Generators.Zones.Release("6.12"), new(63, 252, 7252), state, _ => Migratetype.Movable);
        Assert.Equal((7, 600, 9, 3), (pageset.Count, pageset.High, pageset.FreeCount, pageset.AllocFactor));
        Assert.Equal([7, 5, 6], pageset.List(0, Migratetype.Movable));
        Assert.Equal(8, pageset.TakeHead(2, Migratetype.Unmovable));
    }

    // Goal: blocks that a refill took from another type, leaving its pageblock's tag, go back as what they were taken
    // for; pages of the atomic reserve lie on the Movable list and go back as what they are.
    [Theory]
    [InlineData(Migratetype.Reclaimable, Migratetype.Movable, Migratetype.Reclaimable)]
    [InlineData(Migratetype.Movable, Migratetype.HighAtomic, Migratetype.HighAtomic)]
    public void A_listed_block_goes_back_to_the_type_it_was_taken_for(
        Migratetype list, Migratetype tag, Migratetype expected)
    {
        var lists = ImmutableDictionary<(int Order, Migratetype Type), ImmutableArray<long>>.Empty.Add((2, list), [8]);
        var state = new PagesetState(lists, High: 600, 0, 0, 0, false, false, 0);
        var pageset = new Pageset(Generators.Zones.Release("6.1"), new(63, 252, 252), state, _ => tag);
        var drained = new List<DrainedBlock>();
        pageset.Drain(4, 0, Migratetype.Unmovable, drained);
        Assert.Equal([new(8, 2, expected)], drained);
    }

    [Fact]
    public void A_drain_begins_with_the_list_that_triggered_it()
    {
        const long a = 10, b = 11, c = 12;
        var pageset = Make("6.1", 63, 252, 252);
        pageset.Append(0, Migratetype.Unmovable, [a, b]);
        pageset.Append(0, Migratetype.Movable, [c]);
        var drained = new List<DrainedBlock>();
        Assert.Equal(2, pageset.Drain(2, 0, Migratetype.Movable, drained));
        Assert.Equal([new(c, 0, Migratetype.Movable), new(b, 0, Migratetype.Unmovable)], drained);
        Assert.Equal(1, pageset.Count);
    }

    // Index 1 first: Movable in 4.4, but Reclaimable before. Two lists each give one, then two, in turn.
    [Theory]
    [InlineData("4.4", new long[] { 21, 31, 11, 20, 30, 10 })]
    [InlineData("3.10", new long[] { 31, 21, 11, 30, 20, 10 })]
    public void Before_5_14_lists_are_drained_in_turn_from_the_second(string version, long[] order)
    {
        var pageset = Make(version, 31, 186, 186);
        pageset.Append(0, Migratetype.Unmovable, [10, 11]);
        pageset.Append(0, Migratetype.Movable, [20, 21]);
        pageset.Append(0, Migratetype.Reclaimable, [30, 31]);
        var drained = new List<DrainedBlock>();
        pageset.Drain(6, 0, Migratetype.Unmovable, drained);
        Assert.Equal(order, drained.Select(block => block.Frame));
    }

    [Theory]
    [InlineData("4.4", 31, 0, 31)]
    [InlineData("6.1", 63, 0, 63)]
    [InlineData("6.1", 63, 3, 7)]
    [InlineData("6.1", 63, 9, 2)]
    [InlineData("6.1", 1, 0, 1)]
    public void Refills_are_a_batch_but_at_least_two_blocks(string version, int batch, int order, int blocks) =>
        Assert.Equal(blocks, Make(version, batch, 252, 252).NextRefill(order, false));

    [Fact]
    public void The_timer_lets_the_high_mark_fall_to_its_least()
    {
        var pageset = Make("6.12", 63, 252, 7252);
        while (pageset.High < 7252) pageset.NextRefill(0, false);
        Assert.Equal((0, 6346), (pageset.Decay(), pageset.High));
        for (var i = 0; i < 100; i++) pageset.Decay();
        Assert.Equal(252, pageset.High);
        Fill(pageset, 300);
        Assert.Equal(48, pageset.Decay());
    }

    // Goal: with a high mark of two batches or more, no free leaves more than it behind. Method: random frees of
    // order 0 with allocations between them, for sizes that do not change.
    [Theory]
    [InlineData("4.4")]
    [InlineData("6.1")]
    public void A_drain_brings_the_count_below_high(string version) =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[2, 9], Gen.Bool.Array[0, 300]).Sample((batch, batches, frees) =>
        {
            var pageset = Make(version, batch, batch * batches, batch * batches);
            foreach (var free in frees)
            {
                if (!free) pageset.BeginAllocation();
                else pageset.Drain(pageset.Insert(0, Migratetype.Movable, 7, false), 0, Migratetype.Movable, []);
                Assert.InRange(pageset.Count, 0, batch * batches - 1);
            }
        }, iter: 300);
}
