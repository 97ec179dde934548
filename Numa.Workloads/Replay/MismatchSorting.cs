using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Time;

namespace Numa.Workloads.Replay;

/// <summary>Says of each mismatch, when the phase is over, which class it is of, and where the kernel's page
/// was.</summary>
/// <param name="machine">As the phase began.</param>
/// <param name="slotOf">Slot of the zone that holds a frame, −1 for none.</param>
internal sealed class MismatchSorting(
    TracedPhase phase, MachineImage machine, IReadOnlyList<Mismatch> mismatches, HeldBlocks held,
    Func<long, int> slotOf)
{
    /// <summary>Two CPUs that come to a zone within this time may do so in either order.</summary>
    private const long Near = 100_000;

    /// <summary>What steps of the same microsecond may take. Unit: nanoseconds.</summary>
    private const long Slack = 1000;

    private Dictionary<long, List<Holding>>? _holders;
    private Dictionary<long, long>? _freed;
    private TakenPages? _taken;
    private Dictionary<(int Cpu, int Zone), List<long>>? _visits;

    /// <summary>Classes that occur, each with its count; the counts add up to all mismatches.</summary>
    public ImmutableArray<MismatchCount> Counts() =>
    [
        .. mismatches.Select(mismatch => (Class: ClassOf(mismatch), Time: TimeOf(mismatch)))
            .GroupBy(sorted => sorted.Class).OrderBy(group => group.Key)
            .Select(group => new MismatchCount(group.Key, group.Count(),
                group.Count(sorted => sorted.Time == MismatchTime.AfterReclaim),
                group.Count(sorted => sorted.Time == MismatchTime.AmongCpus),
                group.Count(sorted => sorted.Time == MismatchTime.Otherwise))),
    ];

    /// <summary>Where the kernel's page was in the model, for people.</summary>
    public string KernelsPage(Mismatch mismatch)
    {
        if (mismatch.Recorded < 0) return "it found no page";
        if (mismatch.Zone < 0) return "of no zone";
        if (mismatch.WasUntraced) return "thought taken by an untraced bulk allocation";
        var (place, type, order, position) = mismatch.Found;
        var zone = machine.Zones[mismatch.Zone].Id;
        return place switch
        {
            BlockPlace.OwnPageset => $"entry {position + 1} behind the head of CPU {mismatch.Cpu}'s list of {zone}, "
                + $"order {order} {type}",
            BlockPlace.FreeList => $"in a free block of {zone}, order {order} {type}",
            _ when Holder(mismatch) is { } holder => $"held by allocation {holder.Allocation + 1}, "
                + $"line {LineOf(holder.Allocation)}",
            _ => IsOlder(mismatch) ? $"of {zone}, taken since before the phase" : $"of {zone}, on another CPU's list",
        };
    }

    private int LineOf(int allocation)
    {
        var (cpu, index) = phase.Allocations[allocation];
        return phase.Cpus[cpu].Answers[index].Line;
    }

    private MismatchClass ClassOf(Mismatch mismatch)
    {
        if (mismatch.Recorded < 0) return MismatchClass.KernelFailed;
        if (mismatch.Prediction.Block is not { } predicted) return MismatchClass.ModelRefused;
        if (mismatch.Zone >= 0 && mismatch.Zone != predicted.Zone) return MismatchClass.OtherZone;
        if (mismatch.WasUntraced) return MismatchClass.HeldByBulk;
        return mismatch.Found.Place switch
        {
            BlockPlace.OwnPageset => MismatchClass.OwnList,
            BlockPlace.FreeList => MismatchClass.FreeList,
            _ when mismatch.Zone < 0 => MismatchClass.HeldBefore,
            _ when Holder(mismatch) is not null => MismatchClass.HeldByAllocation,
            _ => IsOlder(mismatch) ? MismatchClass.HeldBefore : MismatchClass.OtherList,
        };
    }

    private long InstantOf(Mismatch mismatch) => mismatch.Request.Nanoseconds - phase.Start;

    private Holding? Holder(Mismatch mismatch)
    {
        _holders ??= Holders();
        var now = InstantOf(mismatch);
        return _holders[mismatch.Recorded].Find(holding => holding.Allocation != mismatch.Prediction.Allocation
            && holding.Since <= new VirtualInstant(now + Slack) && holding.Until > new VirtualInstant(now));
    }

    private Dictionary<long, List<Holding>> Holders()
    {
        var holders = mismatches.Where(mismatch => mismatch.IsNotFree).DistinctBy(mismatch => mismatch.Recorded)
            .ToDictionary(mismatch => mismatch.Recorded, _ => new List<Holding>());
        foreach (var holding in held.All)
        {
            for (var page = holding.Block.Frame; page < holding.Block.Frame + holding.Block.Pages; page++)
            {
                if (holders.TryGetValue(page, out var of)) of.Add(holding);
            }
        }

        return holders;
    }

    /// <summary>Taken when the phase began, and not freed since.</summary>
    private bool IsOlder(Mismatch mismatch)
    {
        _taken ??= new(machine);
        _freed ??= OlderFreed();
        return _taken.Are(mismatch.Recorded, mismatch.Request.Order)
            && (!_freed.TryGetValue(mismatch.Recorded, out var freed)
                || freed > mismatch.Request.Nanoseconds);
    }

    /// <summary>When each page that is older than the phase was freed.</summary>
    private Dictionary<long, long> OlderFreed()
    {
        var freed = new Dictionary<long, long>();
        foreach (var request in phase.Cpus.SelectMany(cpu => cpu.Requests))
        {
            if (!request.IsFree || request.Allocation != ReplayRequest.Older) continue;
            for (var page = request.Frame; page < request.Frame + (1L << request.Order); page++)
                freed.TryAdd(page, request.Nanoseconds);
        }

        return freed;
    }

    private MismatchTime TimeOf(Mismatch mismatch)
    {
        if (phase.Reclaim is { } reclaim && mismatch.Request.Nanoseconds >= reclaim) return MismatchTime.AfterReclaim;
        _visits ??= Visits();
        var zone = mismatch.Zone >= 0 ? mismatch.Zone : mismatch.Prediction.Block?.Zone ?? -1;
        for (var cpu = 0; cpu < phase.Cpus.Count; cpu++)
        {
            if (cpu == mismatch.Cpu || !_visits.TryGetValue((cpu, zone), out var times)) continue;
            var at = times.BinarySearch(mismatch.Request.Nanoseconds - Near);
            if (at < 0) at = ~at;
            if (at < times.Count && times[at] <= mismatch.Request.Nanoseconds + Near) return MismatchTime.AmongCpus;
        }

        return MismatchTime.Otherwise;
    }

    /// <summary>When each CPU allocated from a zone or freed to it, by the trace. Ascending.</summary>
    private Dictionary<(int Cpu, int Zone), List<long>> Visits()
    {
        var visits = new Dictionary<(int Cpu, int Zone), List<long>>();
        for (var cpu = 0; cpu < phase.Cpus.Count; cpu++)
        {
            for (var i = 0; i < phase.Cpus[cpu].Requests.Count; i++)
            {
                var request = phase.Cpus[cpu].Requests[i];
                var key = (cpu, slotOf(FrameOf(phase.Cpus[cpu].Answers[i], request)));
                if (!visits.TryGetValue(key, out var times)) visits[key] = times = [];
                times.Add(request.Nanoseconds);
            }
        }

        foreach (var times in visits.Values) times.Sort();
        return visits;
    }

    private long FrameOf(ReplayAnswer answer, in ReplayRequest request)
    {
        if (!request.IsFree) return answer.Frame;
        if (request.Allocation < 0) return request.Frame;
        var (cpu, index) = phase.Allocations[request.Allocation];
        return phase.Cpus[cpu].Answers[index].Frame;
    }
}
