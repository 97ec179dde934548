using System.Runtime.CompilerServices;

namespace Numa.Core.Zones.Buddy;

/// <summary>What is known of the first page of a block, packed in one word; zero inside a block.</summary>
/// <remarks>Shape: bits 60..63 state (0 nothing, 1..10 free with order state − 1, 11 used).
/// Free: bits 30..59 next, 0..29 previous page of its list; a link to itself ends the list, so that no value
/// of a link is lost and 2^30 pages (4 TiB) can be named. Used: bits 0..3 order, 4..6 type it was taken with.</remarks>
internal static class PageWord
{
    public const int LinkBits = 30;
    private const int StateShift = 60;
    private const int UsedState = 11;
    private const ulong LinkMask = (1ul << LinkBits) - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Free(int order, int next, int previous)
    {
        unchecked
        {
            return (ulong)(uint)(order + 1) << StateShift | (ulong)(uint)next << LinkBits | (uint)previous;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Used(int order, int type)
    {
        unchecked
        {
            return (ulong)UsedState << StateShift | (uint)(type << 4 | order);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFree(ulong word, int order)
    {
        unchecked
        {
            return (int)(word >> StateShift) == order + 1;
        }
    }

    /// <summary>Whether the word heads a used block of this order, whatever its type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsUsed(ulong word, int order) => (word & ~0x70ul) == Used(order, 0);

    public static bool IsFree(ulong word) => word >> StateShift is > 0 and < UsedState;

    public static bool IsUsed(ulong word) => word >> StateShift == UsedState;

    /// <summary>Order of the block that the word heads; 0 for a page whose block is not known.</summary>
    public static int Order(ulong word)
    {
        unchecked
        {
            var state = (int)(word >> StateShift);
            return state == 0 ? 0 : state == UsedState ? (int)(word & 0xf) : state - 1;
        }
    }

    /// <summary>Type that a used block was taken with.</summary>
    public static Migratetype TakenAs(ulong word) => (Migratetype)(word >> 4 & 7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(ulong word)
    {
        unchecked
        {
            return (int)(word >> LinkBits & LinkMask);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Previous(ulong word)
    {
        unchecked
        {
            return (int)(word & LinkMask);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetNext(ref ulong word, int page)
    {
        unchecked
        {
            word = (word & ~(LinkMask << LinkBits)) | (ulong)(uint)page << LinkBits;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetPrevious(ref ulong word, int page)
    {
        unchecked
        {
            word = (word & ~LinkMask) | (uint)page;
        }
    }
}
