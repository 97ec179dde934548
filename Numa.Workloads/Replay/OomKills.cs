using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>Rounds of direct reclaim and what ends them: the retry rule and the OOM killer.</summary>
/// <remarks>Source: <c>should_reclaim_retry</c> and <c>__alloc_pages_may_oom</c>, Linux mm/page_alloc.c.</remarks>
/// <param name="pressed">All allocations of the phase, by number.</param>
internal sealed class OomKills(
    MachineImage machine, TracedPhase phase, IReadOnlyList<PressedAllocation> pressed, ModelCounters counters)
{
    /// <summary>Rounds without progress after which reclaim is given up (MAX_RECLAIM_RETRIES).</summary>
    private const int MostRounds = 16;

    private const int CostlyOrder = 3;

    // By task: the allocation at which it became a victim.
    private readonly Dictionary<int, int> _victims = pressed.Where(one => one.Path?.Victim is not null)
        .GroupBy(one => one.Path!.Victim!.Value).ToDictionary(same => same.Key, same => same.Min(one => one.Number));

    /// <summary>Allocations that reclaim; those of a victim are left out.</summary>
    public Foretold DirectReclaim()
    {
        var tally = new ForetoldTally();
        foreach (var one in pressed)
        {
            if (IsVictims(one)) continue;
            var byLag = one.MustReclaim != one.Reclaims && counters.IsByLag(pressed, one, WatermarkLevel.Min,
                other => one.MustReclaim ? other.Reclaims : other.MustReclaim);
            var isOpen = one.Reclaims && phase.FreesWithin(one.Path, one.Request.Nanoseconds);
            tally.Add(one.Number, one.MustReclaim, one.Reclaims, isOpen, byLag);
        }

        return tally.Result;
    }

    /// <summary>The kernel's judgements of zones, made anew from the pages that it found.</summary>
    public (Agreement Checks, Agreement Rounds) Retries()
    {
        Agreement checks = default, rounds = default;
        foreach (var one in pressed)
        {
            if (one.Path is not { } path) continue;
            foreach (var (judged, reclaims) in path.Retries)
            {
                rounds = rounds.With(judged.NoProgress == Rounds(path, reclaims, one.Request.Order));
                if (one.Request.Order == 0 && Check(one.Kind, judged) is { } passes)
                    checks = checks.With(passes == judged.Passes);
            }
        }

        return (checks, rounds);
    }

    public ImmutableArray<OomKill> Kills() =>
    [
        .. pressed.Where(one => one.Path?.Victim is not null).Select(one => Kill(one.Path!, one)),
        .. phase.Pressure.Unended.Where(path => path.Victim is not null).Select(path => Kill(path, null)),
    ];

    private OomKill Kill(TracedSlowPath path, PressedAllocation? one)
    {
        var order = one?.Request.Order ?? 0;
        var rounds = Rounds(path, path.Reclaims.Count, order);
        var last = path.Retries.FindAll(retry => retry.Reclaims == path.Reclaims.Count);
        // Without a judgement after the last round either the rounds were up, or the release or the trace has none.
        bool? allows = last.Count > 0 ? last.TrueForAll(retry => !retry.Judged.Passes)
            : path.Retries.Count > 0 ? rounds > MostRounds
            : path.Reclaims.Count > 0 ? path.Reclaims[^1] == 0 : null;
        var later = one is null ? [] : pressed.Where(next => IsVictims(next) && next.Request.Task == path.Victim
            && next is { Walk.Zone: < 0, Kernel: >= 0 }).ToList();
        return new(one?.Number, path.Victim!.Value, path.Reclaims.Count, rounds, allows,
            one is { Walk: { EntersSlowPath: true, Zone: < 0 } }, one?.Walk is null ? [] : Looks(one), later.Count,
            later.Count(Serves));
    }

    /// <summary>Rounds in a row that had freed nothing after so many reclaims.</summary>
    private static int Rounds(TracedSlowPath path, int reclaims, int order)
    {
        var rounds = 0;
        for (var i = 0; i < Math.Min(reclaims, path.Reclaims.Count); i++)
            rounds = path.Reclaims[i] > 0 && order <= CostlyOrder ? 0 : rounds + 1;
        return rounds;
    }

    private bool? Check(AllocationRequest kind, PressureEvent judged)
    {
        var zone = machine.Zones.FirstOrDefault(zone => zone.Id.Node == judged.Node && zone.Id.Kind == judged.Zone);
        if (zone is null) return null;
        var tuning = zone.Tuning with { Marks = zone.Tuning.Marks with { Min = new(judged.MinMark) } };
        var record = new ZoneRecord
        {
            Folded = judged.Available, HighAtomicPages = zone.State?.ReservedHighAtomic ?? 0,
        };
        var check = new WatermarkCheck(WatermarkLevel.Min, kind.SlowPathFlags(machine.Release),
            (int)kind.HighestZone(machine.Release), 0);
        return check.Evaluate(machine.Release, tuning, record).Passes;
    }

    private ImmutableArray<LastLook> Looks(PressedAllocation one) =>
    [
        .. one.Walk!.Tried.Where(refusal => refusal.Level == WatermarkLevel.Min).Select(refusal =>
        {
            var tuning = machine.Zones[machine.SlotOf(refusal.Zone)].Tuning;
            var index = ZoneStops.ReserveIndex(machine, one.Kind, one.Walk.Tried[0]);
            return new LastLook(refusal.Zone.ToString(), refusal.Verdict.Available,
                tuning.Marks.High.Value + tuning.LowmemReserve[index].Value);
        }),
    ];

    private bool IsVictims(PressedAllocation one) =>
        _victims.TryGetValue(one.Request.Task, out var since) && since < one.Number;

    /// <summary>The kernel's zone has what a victim may use, half of the mark or with older kernels all of it; or it is
    /// one that only a policy kept from others.</summary>
    private bool Serves(PressedAllocation one)
    {
        var tried = one.Walk!.Tried;
        if (tried.All(refusal => refusal.Zone != machine.Zones[one.Kernel].Id))
            return machine.Release.UrgentRequestsLeavePolicy;
        var flags = machine.Release.ReserveFlags == ReserveFlagRule.HighAndHarder
            ? AllocationFlags.NoWatermarks : AllocationFlags.Oom;
        var check = new WatermarkCheck(
            WatermarkLevel.Min, flags, ZoneStops.ReserveIndex(machine, one.Kind, tried[0]), 0);
        return tried.Any(refusal => refusal.Level == WatermarkLevel.Min && check.Evaluate(machine.Release,
            machine.Zones[machine.SlotOf(refusal.Zone)].Tuning,
            new ZoneRecord { Folded = refusal.Verdict.Available }).Passes);
    }
}
