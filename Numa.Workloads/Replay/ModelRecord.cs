using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Workloads.Replay;

/// <summary>What a request moved between pagesets and buddy lists in the model.</summary>
internal sealed class MovedBlocks
{
    /// <summary>Frames that left the buddy lists, in order.</summary>
    public List<long> Taken { get; } = [];

    /// <summary>Frames that went to the buddy lists, in order.</summary>
    public List<long> Drained { get; } = [];

    /// <summary>Of those taken, how many came from another migratetype.</summary>
    public int Fallbacks { get; set; }
}

/// <summary>How an allocation of the model walked that some zone refused.</summary>
/// <param name="EntersSlowPath">Every zone had failed at low.</param>
/// <param name="Zone">Slot of the zone that served it, −1 for none.</param>
/// <param name="Tried">Zones passed over, in order.</param>
internal sealed record ModelWalk(bool EntersSlowPath, int Zone, ZoneRefusal[] Tried);

/// <summary>What one CPU of the model did about each request, and why.</summary>
/// <remarks>Written on the CPU's side; read there, and by others when no CPU runs any more.</remarks>
internal sealed class ModelRecord : IAllocationObserver
{
    private readonly Dictionary<int, MovedBlocks> _moved = [];
    private readonly Dictionary<int, ModelWalk> _walks = [];
    private readonly Dictionary<int, int> _boosts = [];
    private long _slowPaths;
    private CpuProcess? _cpu;
    private Func<int> _current = () => -1;
    private int _described = -1;
    private ZoneRefusal[] _tried = [];

    /// <summary>Attaches itself to the CPU.</summary>
    /// <param name="current">Index of the request that the CPU is at.</param>
    public void Attach(CpuProcess cpu, Func<int> current)
    {
        (_cpu, _current) = (cpu, current);
        cpu.Visited = Visited;
        cpu.Observer = this;
    }

    /// <summary>Counters of zones as visits found them, in order. Shape: (zone's slot, record).</summary>
    public List<(int Zone, ZoneRecord Record)> Levels { get; } = [];

    /// <summary>How a request walked that some zone refused; null when none did.</summary>
    public ModelWalk? WalkOf(int request) => _walks.GetValueOrDefault(request);

    /// <summary>Slot of the zone whose boost a request raised, −1 for none.</summary>
    public int BoostedBy(int request) => _boosts.GetValueOrDefault(request, -1);

    /// <summary>What a request moved; null for nothing.</summary>
    public MovedBlocks? Of(int request) => _moved.GetValueOrDefault(request);

    void IAllocationObserver.Allocated(
        int cpu, SimulatedTask task, AllocationRequest request, long number, VirtualInstant begin, VirtualInstant end,
        int zone, bool fellBack, long lockWait, IReadOnlyList<ZoneRefusal> tried)
    {
        (_described, _tried) = (_current(), tried.Count == 0 ? [] : [.. tried]);
        var before = _slowPaths;
        _slowPaths = _cpu!.Counters.SlowPathEntries;
        if (!request.InBulk && _tried.Length > 0) _walks[_described] = new(_slowPaths > before, zone, _tried);
    }

    /// <summary>Where the block of the request that was just answered came from, for people.</summary>
    public string Reason(LiveBlock? block, Migratetype type)
    {
        var tried = _described == _current() ? string.Join("; ", _tried.Select(Text)) : "";
        if (block is not { } got) return tried.Length == 0 ? "no zone is permitted" : tried;
        var zone = _cpu!.Zones[got.Zone]!;
        var taken = Of(_current())?.Taken.Count ?? 0;
        var from = !Pageset.Holds(_cpu.Release, got.Order) ? $"from the free lists of {zone.Id}"
            : taken > 0 ? $"first of a refill of {taken} from {zone.Id}"
            : $"head of CPU {_cpu.Id}'s list of {zone.Id}, {zone.Pageset.List(got.Order, type).Count()} behind it";
        return tried.Length == 0 ? from : $"{from}; {tried}";
    }

    private static string Text(ZoneRefusal refusal)
    {
        var (verdict, available, required) = refusal.Verdict;
        var level = refusal.Level.ToString().ToLowerInvariant();
        return verdict switch
        {
            ZoneVerdict.BelowWatermark => $"{refusal.Zone} has {available} free, needs more than {required} at {level}",
            ZoneVerdict.NoBlockOfOrder => $"{refusal.Zone} has no free block that is large enough",
            ZoneVerdict.FairBatchDepleted => $"{refusal.Zone} has used up its fair batch",
            _ => $"{refusal.Zone} passed {level} and had nothing that fits",
        };
    }

    private void Visited(ZoneVisit visit)
    {
        var current = _current();
        Levels.Add((visit.Zone, visit.Record));
        if (visit.ByTimer || current < 0) return;
        if (visit.BoostRaised) _boosts[current] = visit.Zone;
        switch (visit.Kind)
        {
            case ZoneVisitKind.Refill or ZoneVisitKind.Direct when visit.Taken > 0:
                var moved = MovedBy(current);
                foreach (var frame in visit.Frames[..visit.Taken]) moved.Taken.Add(frame);
                moved.Fallbacks += visit.Fallbacks;
                break;
            case ZoneVisitKind.Drain:
                MovedBy(current).Drained.AddRange(visit.Drained.Select(block => block.Frame));
                break;
        }
    }

    private MovedBlocks MovedBy(int request) =>
        _moved.TryGetValue(request, out var moved) ? moved : _moved[request] = new();
}
