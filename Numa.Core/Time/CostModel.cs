using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Core.Time;

/// <summary>How long each step takes. The one place that turns what happened into time.</summary>
/// <remarks>Unit: virtual nanoseconds. The defaults are a model of one machine, a Sapphire Rapids server as far as it
/// was measured, and of no machine of yours. What they were fitted on, and how far off their predictions are, stands in
/// docs/cost-model.md. Source of all that says "Huang 2023": Huang Ying, "mm: restrict the pcp batch scale factor to
/// avoid too long latency", Linux commit 52166607ecc9.</remarks>
public sealed record CostModel
{
    public static readonly CostModel Default = new();

    /// <summary>No step takes time: for the wall clock, where the host's own speed is the time.</summary>
    public static readonly CostModel Wall = new()
    {
        PagesetHit = 0, Way = 0, Refusal = 0, HoldBase = 0, HoldPerPage = 0, HoldPerTail = 0, HoldPerSplit = 0,
        HoldPerMerge = 0, RemotePagePercent = 100, HandOver = 0, ZeroPerPage = 0, SignalLatency = 0,
        Slice = long.MaxValue, LruHoldBase = 0, LruHoldPerPage = 0, WritePerPage = 0, CopyPerPage = 0,
        ThinkTakesTime = false,
    };

    /// <summary>An allocation from, or a free to, the CPU's own list.</summary>
    /// <remarks>Round figure: a part of the 94 ns that a 4 KiB allocation takes on one core, its share of a refill
    /// included (LLFree, USENIX ATC 2023; another machine).</remarks>
    public long PagesetHit { get; init; } = 40;

    /// <summary>Reaching a zone's lock or coming back, at distance 10; grows in proportion to the SLIT
    /// distance.</summary>
    /// <remarks>Round figure: one cache line from another core of the socket.</remarks>
    public long Way { get; init; } = 50;

    /// <summary>A watermark check that fails, or a counter that is folded, without the lock.</summary>
    /// <remarks>Round figure.</remarks>
    public long Refusal { get; init; } = 30;

    /// <summary>Part of a lock hold that does not depend on the pages.</summary>
    /// <remarks>Fitted on the two smallest batches, 2.67 µs for 63 and 4.22 µs for 127 pages allocated (Huang 2023,
    /// Sapphire Rapids).</remarks>
    public long HoldBase { get; init; } = 1150;

    /// <summary>Touching one block's struct page under the lock, on the CPU's own node.</summary>
    /// <remarks>Fitted as <see cref="HoldBase"/>, with the splits of those batches on top.</remarks>
    public long HoldPerPage { get; init; } = 22;

    /// <summary>Checking one further struct page of a larger block, where the release does that under the
    /// lock.</summary>
    /// <remarks>Fitted on another machine: 2 MiB taken by one core of a Xeon Gold 5320 in 2.6 µs (LLFree, USENIX ATC
    /// 2023, its data of order 9).</remarks>
    public long HoldPerTail { get; init; } = 5;

    /// <summary>A split puts one more block on a list.</summary>
    /// <remarks>Round figure.</remarks>
    public long HoldPerSplit { get; init; } = 2;

    /// <summary>A merge unlinks the buddy; a migratetype fallback moves a block.</summary>
    /// <remarks>Round figure.</remarks>
    public long HoldPerMerge { get; init; } = 4;

    /// <summary>What a struct page of another node costs, as a share of a local one.</summary>
    /// <remarks>Unit: percent. Round figure: remote to local memory latency of two-socket servers.</remarks>
    public int RemotePagePercent { get; init; } = 150;

    /// <summary>Handing the lock to the next waiter.</summary>
    /// <remarks>Round figure: one cache line between cores. A ticket lock pays it once for each waiter, a queued lock
    /// once: Boyd-Wickizer et al., "Non-scalable locks are dangerous", Linux Symposium 2012.</remarks>
    public long HandOver { get; init; } = 60;

    /// <summary>Zeroing one page of 4 KiB, at distance 10; grows in proportion to the SLIT distance.</summary>
    /// <remarks>Measured elsewhere: 13.7 GB/s in chunks of 4 KiB, AMD Milan (Arora, "x86/clear_page: introduce
    /// clear_pages()", Linux commit cb431accb36e). One core keeps a bounded number of lines under way, so that its
    /// bandwidth falls as latency, which is what the SLIT states, grows.</remarks>
    public long ZeroPerPage { get; init; } = 300;

    /// <summary>Compaction moves one page of 4 KiB, at distance 10: unmapping, copying, mapping; grows in proportion to
    /// the SLIT distance.</summary>
    /// <remarks>Round figure: twice <see cref="ZeroPerPage"/>, as a copy reads as much as it writes, and as much again
    /// for the page tables and TLBs of other CPUs.</remarks>
    public long CopyPerPage { get; init; } = 1_200;

    /// <summary>Part of a hold of an LRU lock that does not depend on the pages.</summary>
    /// <remarks>Round figure: taking and giving back a lock that is in nobody's cache.</remarks>
    public long LruHoldBase { get; init; } = 100;

    /// <summary>Linking or unlinking one page under an LRU lock, on the CPU's own node.</summary>
    /// <remarks>Round figure: about <see cref="HoldPerPage"/>, which is a look at one struct page, and its
    /// neighbour's.</remarks>
    public long LruHoldPerPage { get; init; } = 30;

    /// <summary>The device writes one page to a file or to swap.</summary>
    /// <remarks>Round figure: 2 GB/s, an NVMe drive of a server.</remarks>
    public long WritePerPage { get; init; } = 2_000;

    /// <summary>Least latency of a signal from one CPU to another (wake-up, IPI), and the grid of the board.</summary>
    /// <remarks>Round figure: waking a sleeping task on an idle CPU.</remarks>
    public long SignalLatency { get; init; } = 20_000;

    /// <summary>Time a task runs before the next ready one on its CPU has its turn.</summary>
    /// <remarks>Round figure: one tick at 1000 Hz.</remarks>
    public long Slice { get; init; } = 1_000_000;

    /// <summary>Tasks' computing takes virtual time.</summary>
    public bool ThinkTakesTime { get; init; } = true;

    /// <summary>Most that a schedule seed adds to a cost, as a share of it.</summary>
    /// <remarks>Unit: percent. Round figure: less than the clock of one server core varies (2.0 GHz base, 3.8 GHz
    /// turbo, Intel Xeon Platinum 8480+). The other costs are then the least that a step takes.</remarks>
    public long PerturbationPercent { get; init; } = 25;

    /// <summary>Perturbs every cost and breaks ties, to explore other interleavings; null for none.</summary>
    public ulong? ScheduleSeed { get; init; }

    /// <summary>Costs grow by what the schedule seed draws.</summary>
    public bool IsPerturbed => ScheduleSeed is not null && PerturbationPercent > 0;

    /// <summary>Least time from a request's arrival to its effect.</summary>
    public long LeastService => Math.Min(Refusal, Math.Min(HoldBase, LruHoldBase));

    /// <summary>Least time in which a zone's lock can hand out so many pages, whoever asks for them.</summary>
    /// <remarks>A hold hands out any number of blocks of up to 8 pages, each at the cost of a touched page, or larger
    /// ones of at most 1024 pages together: two of order 9, or one of another order.</remarks>
    public long LeastTimeFor(long pages)
    {
        const int most = 1 << Addressing.Order.MaxValue;
        var block = Math.Min(HoldPerPage, HoldPerPage * RemotePagePercent / 100);
        return Math.Min(pages / 8 * block, pages / most * HoldBase);
    }

    /// <exception cref="InvariantBreachException">A latency that the protocol rests on is below one tick.</exception>
    public void CheckBounds()
    {
        Invariant.Holds(Way >= 1);
        Invariant.Holds(LeastService >= 1);
        Invariant.Holds(SignalLatency >= 1);
    }

    public long WayAt(int distance) => Way * distance / Nodes.NodeDistances.Local;

    public long ZeroPerPageAt(int distance) => ZeroPerPage * distance / Nodes.NodeDistances.Local;

    public long CopyPerPageAt(int distance) => CopyPerPage * distance / Nodes.NodeDistances.Local;

    /// <summary>Duration of one hold of a zone's lock.</summary>
    /// <param name="local">The zone's struct pages lie on the node of the CPU that holds the lock.</param>
    /// <param name="waiters">CPUs before it when it came, the holder and those in the queue; 0 for a free lock. Who
    /// comes while it waits is not known then: where all CPUs queue, as many have come as have left.</param>
    public long Hold(in BuddyWork work, bool local, int waiters, LockHandOver handOver)
    {
        var page = local ? HoldPerPage * 100 : HoldPerPage * RemotePagePercent;
        var tail = local ? HoldPerTail * 100 : HoldPerTail * RemotePagePercent;
        var hold = HoldBase + (work.PagesTouched * page + work.TailsChecked * tail) / 100
            + work.Splits * HoldPerSplit + (work.Merges + work.Moves) * HoldPerMerge;
        return hold + HandedOver(waiters, handOver);
    }

    /// <summary>Duration of one hold of an LRU lock.</summary>
    /// <param name="pages">Pages linked, unlinked or looked at.</param>
    /// <param name="waiters">As for a zone's lock.</param>
    public long LruHold(long pages, bool local, int waiters, LockHandOver handOver)
    {
        var page = local ? LruHoldPerPage * 100 : LruHoldPerPage * RemotePagePercent;
        return LruHoldBase + pages * page / 100 + HandedOver(waiters, handOver);
    }

    private long HandedOver(int waiters, LockHandOver handOver) =>
        waiters == 0 ? 0 : handOver == LockHandOver.Constant ? HandOver : HandOver * waiters;

    /// <summary>What the schedule seed adds to the costs of a CPU.</summary>
    internal CostPerturbation PerturbationOfCpu(int cpu) => CostPerturbation.Of(this, cpu);

    /// <summary>What the schedule seed adds to the costs of a zone; its numbers are none of a CPU's.</summary>
    internal CostPerturbation PerturbationOfZone(int slot) => CostPerturbation.Of(this, -1 - slot);

    /// <summary>Breaks ties of equal arrival; 0 without a schedule seed.</summary>
    public ulong Tie(long arrival, int cpu) =>
        ScheduleSeed is { } seed ? SeedTree.Mix(unchecked(seed + (ulong)arrival * 31 + (ulong)cpu)) : 0;
}
