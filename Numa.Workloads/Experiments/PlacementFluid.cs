using System.Collections.Immutable;
using Numa.Core.Boot;

namespace Numa.Workloads.Experiments;

/// <summary>Zones as vessels: a request stream drains each to its limit, in the order of its walk.</summary>
internal sealed class PlacementFluid(MachineImage machine, IEnumerable<long> freeAtStart)
{
    private readonly long[] _free = [.. freeAtStart];

    /// <summary>Free pages now. Shape: index = slot of the zone.</summary>
    public IReadOnlyList<long> Free => _free;

    /// <summary>Serves a stream until its demand is met or every limit is reached.</summary>
    /// <param name="demand">Blocks asked for; null: as many as there are.</param>
    public FluidStream Serve(RequestWalk walk, long? demand)
    {
        var stream = new FluidStream(_free, walk, demand ?? long.MaxValue);
        if (machine.Release.FairZonePolicy) TakeInTurns(stream);
        foreach (var slot in walk.Slots) stream.Take(slot, stream.Room(slot, walk.LowLimit(slot)));
        if (stream.Left == 0) return stream;
        stream.EnterSlowPath();
        foreach (var slot in walk.Slots) stream.Take(slot, stream.Room(slot, walk.MinLimit(slot)));
        return stream;
    }

    /// <summary>The fair pass: zones of the preferred node, up to the first zone of another, take turns.</summary>
    private void TakeInTurns(FluidStream stream)
    {
        var walk = stream.Walk;
        ImmutableArray<int> local = [.. walk.Slots.TakeWhile(
            slot => machine.Zones[slot].Id.Node == machine.Zones[walk.Slots[0]].Id.Node)];
        while (stream.Left > 0)
        {
            ImmutableArray<int> open = [.. local.Where(slot => Room(slot) > 0)];
            if (open.IsEmpty) return;
            foreach (var slot in open) stream.Take(slot, Math.Min(Room(slot), Turn(slot, walk)));
            // Whole rounds at once, as long as nobody's limit and not the demand cuts one short.
            var rounds = open.Min(slot => Room(slot) / Turn(slot, walk));
            rounds = Math.Min(rounds, stream.Left / open.Sum(slot => Turn(slot, walk)));
            foreach (var slot in open) stream.Take(slot, rounds * Turn(slot, walk));
            if (stream.Left == 0) stream.EndedInTurns = open.Length > 1;
        }

        long Room(int slot) => stream.Room(slot, walk.LowLimit(slot));
    }

    /// <summary>Blocks of one turn: the batch, rounded up to where the counter of the CPU is folded into it.</summary>
    private long Turn(int slot, RequestWalk walk)
    {
        var pages = 1L << walk.Request.Order.Value;
        var tuning = machine.Zones[slot].Tuning;
        var blocksPerFold = tuning.StatThreshold / pages + 1;
        var foldedPages = blocksPerFold * pages;
        return Math.Max(1, (tuning.FairBatch.Value + foldedPages - 1) / foldedPages) * blocksPerFold;
    }
}

/// <summary>What one stream of requests got from each zone. Unit: blocks of its order.</summary>
internal sealed class FluidStream(long[] free, RequestWalk walk, long demand)
{
    private readonly long[] _given = new long[free.Length];
    private readonly long _blockPages = 1L << walk.Request.Order.Value;

    public RequestWalk Walk => walk;

    public long Left { get; private set; } = demand;

    public long Served { get; private set; }

    /// <summary>Number of the first request not served by the first zone of the walk, from 0.</summary>
    public long? FirstFallback { get; private set; }

    /// <summary>Number of the first request that found every zone at its low mark, from 0.</summary>
    public long? FirstSlowPath { get; private set; }

    /// <summary>Zone that met the last of the demand; null when the demand was not met.</summary>
    public int? LastSlot { get; private set; }

    /// <summary>The demand was met while zones were still taking turns.</summary>
    public bool EndedInTurns { get; set; }

    public long PagesFrom(int slot) => _given[slot] * _blockPages;

    /// <summary>Blocks above a limit. All pages of a block but one count as unusable.</summary>
    public long Room(int slot, long limit) => Math.Max(0, (free[slot] - limit) / _blockPages);

    public void Take(int slot, long blocks)
    {
        blocks = Math.Min(blocks, Left);
        if (blocks == 0) return;
        if (slot != walk.Slots[0]) FirstFallback ??= Served;
        _given[slot] += blocks;
        free[slot] -= blocks * _blockPages;
        Served += blocks;
        Left -= blocks;
        if (Left == 0) LastSlot = slot;
    }

    public void EnterSlowPath() => FirstSlowPath = Served;
}
