using System.Collections.Immutable;
using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Mempolicies;
using Numa.Core.Nodes;
using Numa.Core.Processes;
using Numa.Core.Reclaim;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Tests.Generators;

/// <summary>A small machine and random tasks on it. The same value always makes the same plan, afresh.</summary>
/// <param name="Latency">Signal latency and grid of the board. Unit: virtual nanoseconds.</param>
/// <param name="IsLong">Tasks think for seconds now and then, so that timers strike.</param>
/// <param name="Seed">Everything else.</param>
internal sealed record SmallRun(
    string Release, int Nodes, int Zones, int Cpus, int Tasks, int Steps, long Latency, bool IsLong, int Seed)
{
    private static readonly string[] Releases = ["3.10", "4.4", "4.9", "6.1", "6.12"];

    public static readonly Gen<SmallRun> Any =
        from release in Gen.Int[0, Releases.Length - 1]
        from nodes in Gen.Int[1, 3]
        from zones in Gen.Int[1, Math.Min(5, 4 * nodes)]
        from cpus in Gen.Int[1, 7]
        from tasks in Gen.Int[1, 12]
        from steps in Gen.Int[1, 60]
        from latency in Gen.Frequency((1, Gen.Long[1, 60]), (2, Gen.Long[60, 3_000]), (2, Gen.Const(20_000L)))
        from isLong in Gen.Frequency((7, Gen.Const(false)), (1, Gen.Const(true)))
        from seed in Gen.Int[0, int.MaxValue - 1]
        from hasLru in Gen.Bool
        select new SmallRun(Releases[release], nodes, zones, cpus, tasks, steps, latency, isLong, seed)
        {
            HasLru = hasLru,
        };

    /// <summary>Most groups of whole nodes are calm for a while: one zone for each node with pages to spare, tasks that
    /// tell what they ask for, of order 0, and seldom hand anything over.</summary>
    public static readonly Gen<SmallRun> AnyRoomy =
        from run in Any
        from nodes in Gen.Int[2, 4]
        from cpus in Gen.Int[2, 8]
        from tasks in Gen.Int[2, 16]
        from steps in Gen.Int[20, 400]
        select run with
        {
            Nodes = nodes, Zones = nodes, Cpus = cpus, Tasks = tasks, Steps = steps, IsLong = false, IsRoomy = true,
        };

    public bool IsRoomy { get; init; }

    /// <summary>Memory comes and goes while it runs.</summary>
    public bool IsPlugged { get; init; }

    public static readonly Gen<SmallRun> AnyPlugged = Any.Select(run => run with { IsPlugged = true });

    /// <summary>Little is free and most requests may reclaim: slow paths, kswapd, drains of all pagesets, killed
    /// tasks.</summary>
    public static readonly Gen<SmallRun> AnyTight =
        from run in Any
        from cpus in Gen.Int[1, 5]
        from tasks in Gen.Int[2, 10]
        from steps in Gen.Int[20, 200]
        select run with { Cpus = cpus, Tasks = tasks, Steps = steps, IsLong = false, IsTight = true };

    public bool IsTight { get; init; }

    /// <summary>Pages on LRU lists fill the machine, so that only compaction makes larger blocks.</summary>
    public static readonly Gen<SmallRun> AnyFragmented =
        from run in AnyTight
        from zones in Gen.Int[1, 2]
        from tasks in Gen.Int[4, 10]
        from steps in Gen.Int[300, 900]
        select run with
        {
            Nodes = Math.Min(run.Nodes, zones), Zones = zones, Tasks = tasks, Steps = steps, HasLru = true,
            IsFragmented = true,
        };

    public bool IsFragmented { get; init; }

    /// <summary>Workloads of every kind run beside the random tasks.</summary>
    public bool IsStressed { get; init; }

    public static readonly Gen<SmallRun> AnyStressed = Any.Select(run => run with { IsStressed = true });

    /// <summary>Some requests of order 0 are for pages that go to LRU lists.</summary>
    public bool HasLru { get; init; }

    public SimulationPlan Plan()
    {
        var random = new SeededRandom((ulong)Seed);
        var image = Image(ref random);
        var requests = Requests(ref random);
        // A stream of its own: the rest of the run is what it is without.
        var lru = new SeededRandom((ulong)Seed + 1);
        if (HasLru) requests = Listed(ref lru, requests);
        var tasks = new List<SimulatedTask>();
        for (var i = 0; i < Tasks; i++)
        {
            TaskId[] after = i > 0 && random.NextBelow(5) == 0 ? [new((int)random.NextBelow(i))] : [];
            var receivers = IsRoomy && random.NextBelow(6) > 0 ? 0 : Tasks;
            var own = IsRoomy && random.NextBelow(16) == 0 ? Abroad(ref random, requests) : requests;
            tasks.Add(new RandomTask(new(i), new((int)random.NextBelow(Cpus)), own, receivers, Steps,
                IsLong ? 900_000_000 : IsRoomy || IsFragmented ? 400 : 40_000, random.NextUInt64())
            {
                IsOpen = IsRoomy && random.NextBelow(20) > 0,
                Start = new(random.NextBelow(2) * random.NextBelow(50_000)),
                After = after,
            });
        }

        if (IsStressed) tasks.AddRange(StressedRun.Tasks(tasks.Count, Cpus, requests, (ulong)Seed + 2));

        // What must not fail may wait for ever.
        var horizon = IsTight ? new(IsFragmented ? 3_000_000 : 400_000)
            : random.NextBelow(4) == 0 ? new(random.NextBelow(IsLong ? 5_000_000_000 : 200_000))
            : VirtualInstant.Never;
        var occupied = ImmutableArray.CreateBuilder<Occupation>();
        foreach (var zone in image.Zones)
        {
            if (IsFragmented) continue;
            if (IsTight || random.NextBelow(2) == 0) occupied.Add(new(zone.Id, new(random.NextBelow(150))));
        }

        var costs = Costs(ref random);
        if (HasLru)
            costs = costs with { LruHoldBase = 1 + lru.NextBelow(300), LruHoldPerPage = lru.NextBelow(40) };
        if (IsPlugged) return PluggedRun.Of(image, tasks, costs, horizon, random.NextUInt64());
        return new(image, tasks, costs, horizon, occupied.ToImmutable(), Events(ref random, image))
        {
            // A victim that computes for seconds dies only then, and all others look for it again and again.
            Reclaim = IsLong ? null : new((int)lru.NextBelow(101), (int)lru.NextBelow(101), new(lru.NextBelow(300))),
        };
    }

    private static ImmutableArray<AllocationRequest> Listed(
        ref SeededRandom random, ImmutableArray<AllocationRequest> requests)
    {
        var listed = requests.ToBuilder();
        for (var i = 0; i < listed.Count; i++)
        {
            if (listed[i].Order.Value > 0 || random.NextBelow(2) == 0) continue;
            listed[i] = listed[i] with { Lru = (LruType)random.NextBelow(2) };
        }

        return listed.ToImmutable();
    }

    /// <summary>Writes in mid-run: other lists, other marks, other pageset sizes, at any instant.</summary>
    private ImmutableArray<MachineEvent> Events(ref SeededRandom random, MachineImage image)
    {
        var events = ImmutableArray.CreateBuilder<MachineEvent>();
        var at = 0L;
        for (var left = random.NextBelow(4); left > 0; left--)
        {
            at += random.NextBelow(IsLong ? 2_000_000_000 : 60_000);
            var (rebuilds, recomputes) = (random.NextBelow(2) == 0, random.NextBelow(2) == 0);
            var zones = ImmutableArray.CreateBuilder<ZoneImage>();
            foreach (var zone in image.Zones) zones.Add(zone with { Tuning = Tuning(ref random, zone.Id) });
            image = image with
            {
                Zones = zones.ToImmutable(),
                Zonelists = rebuilds ? Lists(image, random.NextBelow(2) == 0) : image.Zonelists,
                Settings = image.Settings with { WatermarkBoostFactor = (int)random.NextBelow(2) * 15000 },
            };
            events.Add(new(new(at), new(new("vm.any", ""), "", image, rebuilds, recomputes)));
        }

        return events.ToImmutable();
    }

    /// <summary>Requests of any order, each to the list of some node.</summary>
    private ImmutableArray<AllocationRequest> Abroad(
        ref SeededRandom random, ImmutableArray<AllocationRequest> requests)
    {
        var abroad = requests.ToBuilder();
        for (var i = 0; i < abroad.Count; i++)
        {
            var node = new NodeId((int)random.NextBelow(Nodes));
            var order = new Order((int)random.NextBelow(Order.Count));
            abroad[i] = abroad[i] with
            {
                PreferredNode = node, Order = order, Lru = order.Value > 0 ? null : abroad[i].Lru,
            };
        }

        return abroad.ToImmutable();
    }

    private static ZonelistSet Lists(MachineImage image, bool zoneOrder) => ZonelistBuilder.Build(new(
        image.Release, image.Nodes, image.Zones.ToImmutableDictionary(zone => zone.Id, zone => zone.Present),
        image.Distances, [.. image.Cpus.NodeOfCpu]) { ForceZoneOrder = zoneOrder });

    /// <summary>The machine with other tasks on it, and the default costs.</summary>
    public SimulationPlan PlanOf(IReadOnlyList<SimulatedTask> tasks, CostModel? costs = null)
    {
        var random = new SeededRandom((ulong)Seed);
        var image = Image(ref random);
        return IsPlugged
            ? PluggedRun.Of(image, tasks, costs ?? CostModel.Default, VirtualInstant.Never, random.NextUInt64())
            : new(image, tasks, costs ?? CostModel.Default, VirtualInstant.Never, []);
    }

    /// <summary>Any partition into at most as many groups as there are CPUs and zones.</summary>
    public static GroupMap Grouping(SimulationPlan plan, ulong seed)
    {
        var random = new SeededRandom(seed);
        var groups = 1 + random.NextBelow(plan.CpuCount + plan.ZoneCount);
        var ofCpu = new int[plan.CpuCount];
        var ofZone = new int[plan.ZoneCount];
        for (var i = 0; i < ofCpu.Length; i++) ofCpu[i] = (int)random.NextBelow(groups);
        for (var i = 0; i < ofZone.Length; i++) ofZone[i] = (int)random.NextBelow(groups);
        return new(ofCpu, ofZone);
    }

    public static GroupMap PerNode(SimulationPlan plan) => new(
        [.. plan.Machine.Image.Cpus.NodeOfCpu.Select(node => node.Value)],
        [.. plan.Machine.Zones.Select(zone => zone.Id.Node.Value)]);

    private CostModel Costs(ref SeededRandom random) => new()
    {
        PagesetHit = random.NextBelow(60),
        Way = 1 + random.NextBelow(60),
        Refusal = 1 + random.NextBelow(40),
        HoldBase = 1 + random.NextBelow(random.NextBelow(2) == 0 ? 10 : 1_200),
        HandOver = random.NextBelow(60),
        SignalLatency = Latency,
        Slice = 1 + random.NextBelow(100_000),
        PerturbationPercent = random.NextBelow(2) * random.NextBelow(500),
        ScheduleSeed = random.NextBelow(2) == 0 ? null : random.NextUInt64(),
    };

    private MachineImage Image(ref SeededRandom random)
    {
        var release = KernelRelease.Find(Release, out _)!;
        var kinds = release.Architecture.ZoneKinds;
        var ids = new SortedSet<(int Node, int Kind)>();
        for (var node = 0; IsRoomy && node < Nodes; node++) ids.Add((node, (int)ZoneKind.Normal));
        while (ids.Count < Zones) ids.Add(((int)random.NextBelow(Nodes), (int)kinds[(int)random.NextBelow(4)]));
        var zones = ImmutableArray.CreateBuilder<ZoneImage>();
        long start = 1024;
        foreach (var (node, kind) in ids)
        {
            zones.Add(Zone(ref random, new(new(node), (ZoneKind)kind), start));
            start += 8192;
        }

        ImmutableArray<NodeId> nodes = [.. Enumerable.Range(0, Nodes).Select(node => new NodeId(node))];
        var cpus = ImmutableArray.CreateBuilder<NodeId>();
        for (var cpu = 0; cpu < Cpus; cpu++) cpus.Add(nodes[(int)random.NextBelow(Nodes)]);
        var distances = new int[Nodes * Nodes];
        for (var i = 0; i < distances.Length; i++)
            distances[i] = i / Nodes == i % Nodes ? NodeDistances.Local : 11 + (int)random.NextBelow(20);
        var table = new NodeDistances(Nodes, distances);
        var lists = ZonelistBuilder.Build(new(release, nodes, zones.ToImmutableDictionary(z => z.Id, z => z.Present),
            table, [.. cpus]));
        return new("small", release, nodes, new(cpus.ToImmutable()), table, zones.ToImmutable(), lists, new(), 64, []);
    }

    private ZoneImage Zone(ref SeededRandom random, ZoneId id, long start)
    {
        var pages = IsRoomy ? 2_200 + random.NextBelow(3_000)
            : IsFragmented ? 1_600 + random.NextBelow(1_000)
            : 256 + random.NextBelow(1_800);
        return new(id, new(start), new(pages), new(pages), [new(new(start), new(start + pages))], [],
            Tuning(ref random, id));
    }

    private static ZoneTuning Tuning(ref SeededRandom random, ZoneId id)
    {
        var step = 1 + random.NextBelow(30);
        var min = random.NextBelow(40);
        var batch = 1 + (int)random.NextBelow(16);
        var reserve = new PageCount[LowmemReserve.Columns];
        foreach (var kind in KernelArchitecture.X64.ZoneKinds.Where(kind => kind > id.Kind))
            reserve[(int)kind] = new(random.NextBelow(30));
        return new(new(new(min), new(min + step), new(min + 2 * step), new(min + 2 * step)),
            [.. reserve], new PagesetSize(batch, 6 * batch, 12 * batch), 1 + (int)random.NextBelow(20), new(step));
    }

    private Mempolicy Policy(ref SeededRandom random)
    {
        var mode = (MempolicyMode)random.NextBelow(6);
        ImmutableArray<NodeId> nodes = [new((int)random.NextBelow(Nodes)), new((int)random.NextBelow(Nodes))];
        var policy = Mempolicy.Create(
            mode, NodeSetMeaning.Remapped, mode == MempolicyMode.Local ? [] : nodes, default, out _)!;
        return policy with { Weights = ImmutableDictionary<NodeId, int>.Empty.Add(nodes[0], 3) };
    }

    private ImmutableArray<AllocationRequest> Requests(ref SeededRandom random)
    {
        GfpFlags[] kinds =
        [
            GfpFlags.GfpHighUserMovable & ~GfpFlags.DirectReclaim, GfpFlags.GfpAtomic, GfpFlags.GfpAtomic,
            GfpFlags.GfpNoWait, GfpFlags.KswapdReclaim | GfpFlags.Reclaimable, GfpFlags.None,
            GfpFlags.GfpNoWait | GfpFlags.Dma32, GfpFlags.GfpHighUserMovable,
        ];
        if (IsTight)
        {
            kinds =
            [
                GfpFlags.GfpHighUserMovable, GfpFlags.GfpHighUserMovable, GfpFlags.GfpKernel, GfpFlags.GfpAtomic,
                GfpFlags.GfpHighUserMovable | GfpFlags.NoRetry, GfpFlags.GfpKernel | GfpFlags.RetryMayFail,
                GfpFlags.GfpKernel | GfpFlags.MemAlloc, GfpFlags.GfpKernel | GfpFlags.NoFail,
                GfpFlags.GfpKernel & ~GfpFlags.Fs,
            ];
        }

        if (IsRoomy) return [.. kinds.Select(gfp => new AllocationRequest(gfp & ~GfpFlags.Dma32, new(0)))];
        var requests = ImmutableArray.CreateBuilder<AllocationRequest>();
        for (var i = 0; i < 8; i++)
        {
            var gfp = kinds[random.NextBelow(kinds.Length)];
            if (random.NextBelow(6) == 0) gfp |= GfpFlags.ThisNode;
            var order = random.NextBelow(2) == 0 ? 0 : (int)(random.NextBelow(11) * random.NextBelow(11) / 10);
            NodeId? preferred = random.NextBelow(4) == 0 ? new((int)random.NextBelow(Nodes)) : null;
            ImmutableArray<NodeId> allowed = random.NextBelow(6) == 0 ? [new((int)random.NextBelow(Nodes))] : [];
            if (IsFragmented && order > 0) order = (int)random.NextBelow(6);
            requests.Add(new(gfp, new(order), preferred, allowed)
            {
                Policy = random.NextBelow(4) == 0 ? Policy(ref random) : null,
                MemsAllowed = random.NextBelow(6) == 0 ? [new((int)random.NextBelow(Nodes))] : [],
            });
        }

        return requests.ToImmutable();
    }
}
