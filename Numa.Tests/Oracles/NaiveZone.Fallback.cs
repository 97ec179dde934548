using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Tests.Oracles;

/// <summary>The three fallback rules and the atomic reserve.</summary>
internal sealed partial class NaiveZone
{
    public long ReserveLimit => !IsNewest ? managed / 100 + 512
        : managed / 100 < 512 ? 0 : (managed / 100 + 511) / 512 * 512;

    public void Reserve(long frame, int order)
    {
        if (HasFixedReserve) return;
        if (Reserved >= ReserveLimit) Reached |= ZoneRules.ReserveFull;
        if (Reserved >= ReserveLimit || (int)Tag(frame) > 2) return;
        Reached |= ZoneRules.Reserved;
        if (IsNewest && order >= 9)
        {
            Retag(frame, order, Migratetype.HighAtomic);
            Reserved += 1 << order;
            return;
        }

        if (IsNewest && Straddles(frame)) return;
        Retag(frame, 0, Migratetype.HighAtomic);
        Move(frame, Migratetype.HighAtomic);
        Reserved += 512;
    }

    public int Unreserve(Migratetype type, bool forced)
    {
        if (!forced && Reserved <= 512) return 0;
        for (var order = 0; order <= 10; order++)
        {
            if (_lists[order, 3].First is not { } head) continue;
            var frame = head.Value;
            if (Tag(frame) == Migratetype.HighAtomic)
            {
                Reserved -= Math.Min(IsNewest ? Math.Max(512, 1 << order) : 512, Reserved);
            }

            if (order == 10)
            {
                // A block larger than a pageblock: only 6.12 retags all of it.
                Reached |= ZoneRules.LargestUnreserved;
                Retag(frame, IsNewest ? order : 9, type);
                Remove(frame);
                Add(frame, order, type, toTail: !IsOld);
                return 1 << order;
            }

            var moved = 0;
            if (!(IsNewest && Straddles(frame)))
            {
                Retag(frame, 0, type);
                moved = Move(frame, type);
            }

            Reached |= ZoneRules.Unreserved;
            if (moved > 0 || IsOld) return moved;
        }

        return 0;
    }

    // What becomes of a pageblock's tag once its free blocks have gone to another type.
    private void Settle(bool claims, long frame, Migratetype type)
    {
        Reached |= claims ? ZoneRules.Claimed : ZoneRules.NotClaimed;
        if (claims) Retag(frame, 0, type);
    }

    private static Migratetype[] Row(Migratetype type) => type switch
    {
        Migratetype.Unmovable => [Migratetype.Reclaimable, Migratetype.Movable],
        Migratetype.Movable => [Migratetype.Reclaimable, Migratetype.Unmovable],
        _ => [Migratetype.Unmovable, Migratetype.Movable],
    };

    private bool CanSteal(int c, Migratetype type) => c >= 4 || type == Migratetype.Reclaimable
        || (type == Migratetype.Unmovable && release.HighAtomic != HighAtomicRule.ReservePageblocks);

    private Migratetype? Suitable(int c, Migratetype type)
    {
        foreach (var other in Row(type))
        {
            if (_lists[c, (int)other].Count > 0) return other;
        }

        return null;
    }

    private bool Straddles(long frame) => frame / 512 * 512 < start || (frame / 512 * 512) + 512 > end;

    private int Move(long frame, Migratetype type)
    {
        var from = frame / 512 * 512;
        if (Straddles(frame)) Reached |= ZoneRules.EdgeOfZone;
        if (from + 512 > end) return 0;
        if (from < start) from = frame;
        var moved = 0;
        for (var f = from; f < (frame / 512 * 512) + 512; f++)
        {
            if (!IsFree(f)) continue;
            var order = _orders[f - start];
            Remove(f);
            Add(f, order, type, toTail: !IsOld);
            moved += 1 << order;
        }

        return moved;
    }

    private bool MostlyAlike(long frame, Migratetype type)
    {
        var from = frame / 512 * 512;
        var to = from + 512;
        if (from < start) from = frame;
        int free = 0, movable = 0;
        for (var f = from; f < to && f < end; f++)
        {
            if (IsFree(f)) free += 1 << _orders[f - start];
            if (_usedAs[f - start] == Migratetype.Movable) movable++;
        }

        var others = Tag(frame) == Migratetype.Movable ? 512 - free - movable : 0;
        var alike = type == Migratetype.Movable ? movable : others;
        return free + alike >= 256;
    }

    private void RaiseBoost()
    {
        var most = highMark * 15000 / 10000;
        if (managed < 2048 || most == 0) return;
        if (Boost + 512 > Math.Max(most, 512)) Reached |= ZoneRules.BoostLimit;
        Boost = Math.Min(Boost + 512, Math.Max(most, 512));
    }

    private long FallBackOld(int order, Migratetype type)
    {
        for (var c = 10; c >= order; c--)
        {
            if (Suitable(c, type) is not { } other) continue;
            var frame = _lists[c, (int)other].First!.Value;
            if (c >= 9) Reached |= ZoneRules.WholePageblock;
            if (c >= 9) Retag(frame, c, type);
            else if (CanSteal(c, type) && (c >= 4 || type == Migratetype.Reclaimable || !IsOldest))
                Settle(Move(frame, type) >= 256, frame, type);
            return Carve(frame, order, type);
        }

        if (HasFixedReserve) Reached |= ZoneRules.ReserveTaken;
        return HasFixedReserve ? Smallest(order, Migratetype.HighAtomic) : -1;
    }

    private long FallBackMiddle(int order, Migratetype type, AllocationFlags flags)
    {
        var least = order < 9 && (flags & AllocationFlags.NoFragment) != 0 ? 9 : order;
        for (var c = 10; c >= least; c--)
        {
            if (Suitable(c, type) is not { } other) continue;
            if (!CanSteal(c, type) && c > order)
            {
                Reached |= ZoneRules.SmallestForMovable;
                c = order;
                while (Suitable(c, type) is null) c++;
                other = Suitable(c, type)!.Value;
            }

            var frame = _lists[c, (int)other].First!.Value;
            var movedBlock = false;
            if (Tag(frame) != Migratetype.HighAtomic)
            {
                if (c >= 9)
                {
                    Reached |= ZoneRules.WholePageblock;
                    Retag(frame, c, type);
                }
                else
                {
                    RaiseBoost();
                    if (CanSteal(c, type))
                    {
                        var alike = MostlyAlike(frame, type);
                        movedBlock = Move(frame, type) > 0;
                        if (movedBlock) Settle(alike, frame, type);
                    }
                }
            }

            else
            {
                Reached |= ZoneRules.StaleReserve;
            }

            if (!movedBlock)
            {
                Remove(frame);
                Add(frame, c, type, toTail: true);
            }

            var got = Smallest(order, type);
            return got >= 0 ? got : FallBackMiddle(order, type, flags);
        }

        if (least > order) Reached |= ZoneRules.NotMixed;
        return -1;
    }

    private long FallBackNewest(int order, Migratetype type, AllocationFlags flags, ref bool stealing)
    {
        var noFragment = (flags & AllocationFlags.NoFragment) != 0;
        for (var c = 10; !stealing && c >= (order < 9 && noFragment ? 9 : order); c--)
        {
            if (Suitable(c, type) is not { } other) continue;
            if (!CanSteal(c, type))
            {
                Reached |= ZoneRules.SmallestForMovable;
                break;
            }

            var frame = _lists[c, (int)other].First!.Value;
            if (Tag(frame) == Migratetype.HighAtomic) continue;
            if (c >= 9)
            {
                Reached |= ZoneRules.WholePageblock;
                Retag(frame, c, type);
                return Carve(frame, order, type);
            }

            RaiseBoost();
            if (Straddles(frame)) Reached |= ZoneRules.EdgeOfZone;
            if (Straddles(frame)) continue;
            var alike = MostlyAlike(frame, type);
            if (alike) Move(frame, type);
            Settle(alike, frame, type);
            if (alike) return Smallest(order, type);
        }

        if (noFragment) Reached |= ZoneRules.NotMixed;
        for (var c = order; !noFragment && c <= 10; c++)
        {
            if (Suitable(c, type) is not { } other) continue;
            if (stealing) Reached |= ZoneRules.StealInARow;
            stealing = true;
            return Carve(_lists[c, (int)other].First!.Value, order, other);
        }

        return -1;
    }
}
