using System.Collections.Immutable;
using Numa.Core.Reclaim;

namespace Numa.Core.Processes;

/// <remarks>Who got no memory writes down how the machine stands, as the kernel does.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>Asks every zone and every LRU. Sets the work's snapshot.</summary>
    private IEnumerable<Pause> TakeSnapshot(KernelWork work)
    {
        var zones = ImmutableArray.CreateBuilder<ZoneSnapshot>();
        var lru = ImmutableArray.CreateBuilder<LruZoneSize>();
        for (var slot = 0; slot < _machine.Zones.Length; slot++)
        {
            var zone = Zone(slot);
            _visit.HasCheck = false;
            Ask(zone, ZoneVisitKind.Describe, Continuation.Kernel);
            yield return Pause.Visit;
            zones.Add(new(slot, _visit.Record, _visit.TypesOfOrder, zone.Pageset.Count, zone.Tuning));
            if (_machine.LruOf(slot) != slot) continue;
            AskForSizes(slot, Continuation.Kernel);
            yield return Pause.Visit;
            lru.AddRange(_visit.Sizes);
        }

        work.Snapshot = new(_now, zones.ToImmutable(), lru.ToImmutable());
    }

    /// <summary>The first failure of its kind is reported with all that is known; later ones are counted.</summary>
    private IEnumerable<Pause> ReportFailure(KernelWork work)
    {
        if (Reclaim is null || _walk.HasSecond || KnownFailure(work.Slow.Failure) is not null) yield break;
        foreach (var pause in TakeSnapshot(work)) yield return pause;
        _walk.Snapshot = work.Snapshot;
    }

    private FailureTally? KnownFailure(Allocation.FailureKind kind) => _failures.Find(known =>
        known.Workload == _current!.Workload && ReferenceEquals(known.First.Request, _walk.Request)
        && known.First.Kind == kind);
}
