using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;

namespace Numa.Core.Zones.Buddy;

/// <summary>Counts a zone's lists and pages the slow way and compares.</summary>
internal static class BuddyRecount
{
    /// <exception cref="InvariantBreachException">A claim about the lists is false.</exception>
    public static void Check(BuddyAllocator buddy, KernelRelease release)
    {
        long pages = 0, highAtomic = 0;
        for (var order = 0; order <= Order.MaxValue; order++)
        {
            var blocks = 0;
            for (var type = 0; type < FreeLists.Types; type++)
            {
                var last = -1;
                foreach (var page in buddy.Lists.List(order, type))
                {
                    Invariant.Holds((page & ((1 << order) - 1)) == 0, "free blocks are aligned");
                    Invariant.Holds(page >= buddy.First, "free blocks are inside");
                    Invariant.Holds(page + (1 << order) <= buddy.End, "free blocks are inside");
                    Invariant.Holds(!release.FreesByPageblockTag || (int)buddy.Tags[page] == type,
                        "a list's type is its blocks' tag");
                    blocks++;
                    last = page;
                    if (type == (int)Migratetype.HighAtomic) highAtomic += 1 << order;
                }

                Invariant.Holds(last < 0 == buddy.Lists.IsEmpty(order, type), "the mask of orders is right");
                Invariant.Holds(
                    order == Order.MaxValue || buddy.Lists.Tail(order, type) == last, "the tail is the last");
            }

            Invariant.Holds(blocks == buddy.Lists.Blocks(order), "free blocks are counted");
            pages += (long)blocks << order;
        }

        Invariant.Holds(pages == buddy.FreePages + buddy.IsolatedPages, "free pages are the sum of the lists");
        Invariant.Holds(!release.FreesByPageblockTag || highAtomic == buddy.FreeHighAtomic, "free reserve is counted");
        CheckPages(buddy, pages - ((long)buddy.Lists.Blocks(Order.MaxValue) << Order.MaxValue));
    }

    /// <summary>Requires that a block without a mark is neither free nor part of a block that is.</summary>
    /// <remarks>Pages that were used when the image was made carry no mark and may be freed once.</remarks>
    public static void RequireUnknown(BuddyAllocator buddy, int page, int order)
    {
        Invariant.Holds((page & ((1 << order) - 1)) == 0, "a freed block is aligned");
        Invariant.Holds(!buddy.Largest.IsFree(page >> Order.MaxValue), "a freed block was used");
        Invariant.Holds(buddy.Sections.Peek(page) == 0, "a freed block was used, with the same order");
        for (var k = 1; k < Order.MaxValue; k++)
        {
            var word = buddy.Sections.Peek(page & ~((1 << k) - 1));
            Invariant.Holds(word == 0 || PageWord.Order(word) < k, "a freed block is no part of another");
        }
    }

    /// <summary>Blocks below order 10 do not overlap, and no two free buddies stand apart without a reason.</summary>
    private static void CheckPages(BuddyAllocator buddy, long expected)
    {
        long free = 0;
        for (var number = 0; number < buddy.Sections.Count; number++)
        {
            if (buddy.Sections.At(number) is not { } section) continue;
            for (var page = 0; page < PageSections.Pages;)
            {
                var word = section[page];
                var order = PageWord.Order(word);
                if (PageWord.IsFree(word))
                {
                    free += 1 << order;
                    var buddyWord = section[page ^ (1 << order)];
                    Invariant.Holds(order == Order.Pageblock || !PageWord.IsFree(buddyWord, order), "buddies merge");
                    Invariant.Holds(!buddy.Largest.IsFree((number << PageSections.Shift | page) >> Order.MaxValue),
                        "no block is free twice");
                }

                for (var i = 1; i < 1 << order; i++) Invariant.Holds(section[page + i] == 0, "blocks are disjoint");
                page += 1 << order;
            }
        }

        Invariant.Holds(free == expected, "pages marked free are listed");
    }
}
