using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Zones.Buddy;

namespace Numa.Core.Zones;

/// <summary>A zone's free lists, pageblock tags and reserves. Answers what happened, never how long it took.</summary>
public sealed partial class Zone
{
    private readonly long _base;
    private readonly PageRange _room;
    private readonly BuddyAllocator _buddy;
    private readonly MigratetypeFallback _fallback;
    private readonly WatermarkBoost _boost;
    private readonly HighAtomicReserve _highAtomic;
    private readonly bool _reservesOnDemand;
    private readonly bool _hardTakesHighAtomicFirst;

    /// <exception cref="InvariantBreachException">The zone is larger than 4 TiB, or its ranges leave it.</exception>
    public Zone(KernelRelease release, ZoneImage image)
    {
        Release = release;
        Image = image;
        _room = image.Room;
        _base = _room.Start.Value & ~((1L << Order.MaxValue) - 1);
        Invariant.Holds(Fits(image), "a zone spans at most 4 TiB");
        var span = image.Present == PageCount.Zero ? _room : new(image.Start, image.End);
        _buddy = new BuddyAllocator(release, (int)(span.Start.Value - _base), (int)(span.End.Value - _base),
            (int)(_room.End.Value - _base))
        {
            Retagged = (page, tag) => Retagged.Add((_base + page, tag)),
        };
        _boost = new WatermarkBoost();
        _fallback = MigratetypeFallback.Of(release, _buddy, _boost);
        _highAtomic = new HighAtomicReserve(release, _buddy);
        Managed = image.Managed;
        _reservesOnDemand = release.HighAtomic != HighAtomicRule.ReservePageblocks;
        _hardTakesHighAtomicFirst = release.ReserveFlags == ReserveFlagRule.HighAndHarder;
        Tuning = image.Tuning;
        BootRelease.Into(_buddy, release, image, _base);
        if (image.State is not { } state) return;
        _highAtomic.Reserved = state.ReservedHighAtomic;
        _boost.Pages = state.Boost;
    }

    /// <summary>Whether free lists can be kept of a zone: it spans at most 4 TiB, from a border of 4 MiB on.</summary>
    public static bool Fits(ZoneImage image) =>
        image.Room.End.Value - (image.Room.Start.Value & ~((1L << Order.MaxValue) - 1)) <= 1L << PageWord.LinkBits;

    public KernelRelease Release { get; }

    public ZoneImage Image { get; }

    public ZoneId Id => Image.Id;

    public ZoneTuning Tuning
    {
        get;
        set
        {
            field = value;
            _boost.HighMark = value.Marks.High.Value;
        }
    }

    /// <summary>Pages on the free lists, isolated ones left out.</summary>
    public long FreePages => _buddy.FreePages;

    /// <summary>Watermark boost; reclaim takes it away.</summary>
    /// <remarks>Unit: pages.</remarks>
    public long Boost { get => _boost.Pages; set => _boost.Pages = value; }

    /// <summary>A fallback raised the boost for a request that may wake kswapd. Whoever wakes it clears this.</summary>
    /// <remarks>Source: <c>ZONE_BOOSTED_WATERMARK</c>.</remarks>
    public bool BoostRaised { get => _boost.Raised; set => _boost.Raised = value; }

    /// <summary>vm.watermark_boost_factor.</summary>
    /// <remarks>Unit: 1/10000 of the high mark; 0 is off.</remarks>
    public int WatermarkBoostFactor { get => _boost.Factor; set => _boost.Factor = value; }

    /// <summary>Pages of the pageblocks reserved for atomic allocations, free or used.</summary>
    public long ReservedHighAtomic => _highAtomic.Reserved;

    /// <summary>Up to 4.3, whoever computes the marks anew has MIGRATE_RESERVE follow the min mark.</summary>
    public void FollowMinMark()
    {
        if (_reservesOnDemand) return;
        var work = default(BuddyWork);
        var ranges = WithHotplug(Image.Released.Concat(Image.FreedLate));
        new MigrateReserve(_buddy, ranges, _base).Follow(Tuning.Marks.Min, ref work);
    }

    /// <summary>Pageblocks whose tag changed since the caller last cleared this list: (first frame, new tag).</summary>
    public List<(long Frame, Migratetype Tag)> Retagged { get; } = [];

    /// <summary>Takes up to <paramref name="count"/> blocks for a pageset refill or a direct allocation.</summary>
    /// <param name="flags">A refill leaves out HighAtomic, NonBlock and Oom: it never touches the atomic
    /// reserve.</param>
    /// <param name="frames">Receives the first frame of each block, in the order taken.</param>
    /// <returns>Number of blocks taken; fewer than asked when the lists ran out.</returns>
    public int Take(
        int order, Migratetype type, AllocationFlags flags, int count, Span<long> frames, ref BuddyWork work)
    {
        var taken = 0;
        var stealing = false;
        // Up to 4.3 the reserve is the last choice of every request and the first of none.
        var usesReserve = _reservesOnDemand
            && (flags & (AllocationFlags.HighAtomic | AllocationFlags.NonBlock | AllocationFlags.Oom)) != 0;
        while (taken < count)
        {
            var page = usesReserve
                ? TakeWithReserve(order, type, flags, ref stealing, ref work)
                : TakeOrdinary(order, type, flags, ref stealing, ref work);
            if (page < 0) break;
            if (order < Order.MaxValue) _buddy.Sections.Word(page) = PageWord.Used(order, (int)type);
            frames[taken++] = _base + page;
        }

        work.Blocks += taken;
        work.PagesTouched += taken;
        return taken;
    }

    /// <summary>Gives a block back: merges it and puts it on a list by the release's rule.</summary>
    /// <param name="type">Type to free it with; kernels that re-read the pageblock's tag ignore it.</param>
    /// <exception cref="InvariantBreachException">The block is not used as a block of this order.</exception>
    public void Give(long frame, int order, Migratetype type, ref BuddyWork work)
    {
        var end = frame + (1L << order);
        Invariant.Holds(frame >= _room.Start.Value && end <= _room.End.Value, "the block is of the zone");
        unchecked
        {
            var page = (int)(frame - _base);
            work.Blocks++;
            work.PagesTouched++;
            Forget(page, order);
            if (!Release.FreesByPageblockTag)
            {
                // While pageblocks are isolated, tags may have changed since the page was let go.
                if (_buddy.IsolatedPageblocks > 0) type = _buddy.Tags[page];
                _buddy.Free(page, order, (int)type, toTail: false, ref work);
                return;
            }

            // A pageblock's pages go by its own tag, so a larger block is freed in pieces that may merge again.
            var piece = Math.Min(order, Order.Pageblock);
            for (var next = page + (1 << order); page < next; page += 1 << piece)
            {
                _buddy.Free(page, piece, (int)_buddy.Tags[page], toTail: false, ref work);
            }
        }
    }

    /// <summary>Takes one given block off the free lists, out of the larger one that holds it.</summary>
    /// <returns>Where it was; elsewhere when not all of it is free.</returns>
    public FoundBlock TakeGiven(long frame, int order, Migratetype type, ref BuddyWork work)
    {
        if (frame < Image.Start.Value || frame + (1L << order) > Image.End.Value) return default;
        if ((frame & ((1L << order) - 1)) != 0) return default;
        var page = unchecked((int)(frame - _base));
        var (from, list) = _buddy.TakePages(page, order, (int)type, ref work);
        if (from < 0) return default;
        if (order < Order.MaxValue) _buddy.Sections.Word(page) = PageWord.Used(order, (int)type);
        work.Blocks++;
        work.PagesTouched++;
        return new(BlockPlace.FreeList, (Migratetype)list, from, 0);
    }

    /// <summary>Reserves the pageblock of what a request flagged HighAtomic got, from a pageset or directly.</summary>
    /// <remarks>Up to 6.0 the flag is HARDER (NonBlock) with an order above 0.</remarks>
    public void ReserveHighAtomic(long frame, int order, ref BuddyWork work) =>
        _highAtomic.Reserve((int)(frame - _base), order, ref work);

    /// <summary>Under memory pressure: gives one reserved pageblock back to a type.</summary>
    /// <param name="forced">Even the last one.</param>
    /// <returns>Free pages that moved.</returns>
    public int UnreserveHighAtomic(Migratetype type, bool forced, ref BuddyWork work) =>
        _highAtomic.Unreserve(type, forced, ref work);

    /// <summary>Migratetypes with a free block of each order. Shape: index = order; bit = type.</summary>
    public ImmutableArray<byte> TypesOfOrder()
    {
        var types = ImmutableArray.CreateBuilder<byte>(Order.Count);
        for (var order = 0; order < Order.Count; order++)
        {
            var found = 0;
            for (var type = Migratetype.Unmovable; type <= Migratetype.Isolate; type++)
                found |= _buddy.Lists.IsEmpty(order, (int)type) ? 0 : 1 << (int)type;
            types.Add((byte)found);
        }

        return types.ToImmutable();
    }

    /// <summary>Tag of the pageblock that holds the frame, as of now.</summary>
    public Migratetype TagOf(long frame) => _buddy.Tags[(int)(frame - _base)];

    /// <summary>Fills in what the free lists say; counters that the lists do not hold are left alone.</summary>
    public void Describe(ref ZoneRecord record)
    {
        record.Free = _buddy.FreePages;
        record.HighAtomicPages = _highAtomic.Uncountable;
        record.Boost = _boost.Pages;
        var lists = _buddy.Lists;
        record.OrdersOfPagesetTypes = (ushort)(lists.OrdersOf(0) | lists.OrdersOf(1) | lists.OrdersOf(2));
        record.OrdersOfHighAtomic = (ushort)lists.OrdersOf((int)Migratetype.HighAtomic);
        lists.CountBlocks(ref record.FreeBlocks);
    }

    /// <summary>Every free block of one list in list order, head first.</summary>
    public IEnumerable<long> FreeList(int order, Migratetype type)
    {
        foreach (var page in _buddy.Lists.List(order, (int)type)) yield return _base + page;
    }

    /// <summary>Recounts everything from the lists.</summary>
    /// <exception cref="InvariantBreachException">The lists and the counters disagree.</exception>
    public void CheckInvariants() => BuddyRecount.Check(_buddy, Release);

    private int TakeOrdinary(
        int order, Migratetype type, AllocationFlags flags, ref bool stealing, ref BuddyWork work)
    {
        var page = stealing ? -1 : _buddy.TakeSmallest(order, (int)type, ref work);
        if (page >= 0) return page;
        page = _fallback.Take(order, type, flags, ref stealing, ref work);
        if (page >= 0) work.Fallbacks++;
        return page;
    }

    private int TakeWithReserve(
        int order, Migratetype type, AllocationFlags flags, ref bool stealing, ref BuddyWork work)
    {
        const int reserve = (int)Migratetype.HighAtomic;
        var first = _hardTakesHighAtomicFirst ? AllocationFlags.NonBlock : AllocationFlags.HighAtomic;
        var page = (flags & first) != 0 ? _buddy.TakeSmallest(order, reserve, ref work) : -1;
        if (page < 0) page = TakeOrdinary(order, type, flags, ref stealing, ref work);
        if (page < 0 && !_hardTakesHighAtomicFirst && (flags & (AllocationFlags.Oom | AllocationFlags.NonBlock)) != 0)
        {
            page = _buddy.TakeSmallest(order, reserve, ref work);
        }

        return page;
    }

    /// <summary>Takes a part out of a used block: a kernel may split it and give it back in pieces.</summary>
    /// <remarks>Source: <c>split_page</c>, Linux mm/page_alloc.c.</remarks>
    /// <returns>False when the part is in no block that is known to be used.</returns>
    private bool SplitUsed(int page, int order)
    {
        for (var whole = order + 1; whole < Order.MaxValue; whole++)
        {
            var start = page & ~((1 << whole) - 1);
            var word = _buddy.Sections.Peek(start);
            if (!PageWord.IsUsed(word, whole)) continue;
            _buddy.Sections.Word(start) = 0;
            for (var half = whole - 1; half >= order; half--)
            {
                var other = page & ~((1 << half) - 1) ^ (1 << half);
                _buddy.Sections.Word(other) = PageWord.Used(half, (int)PageWord.TakenAs(word));
            }

            return true;
        }

        return false;
    }

    /// <summary>Forgets that a block is used. Blocks used since before the image was made have no mark.</summary>
    private void Forget(int page, int order)
    {
        if (order < Order.MaxValue)
        {
            ref var word = ref _buddy.Sections.Word(page);
            if (PageWord.IsUsed(word, order))
            {
                word = 0;
                return;
            }

            // Tasks of a simulation free what they got; those of a real kernel may have split it.
            if (Image.State is not null && SplitUsed(page, order)) return;
        }

        BuddyRecount.RequireUnknown(_buddy, page, order);
    }
}
