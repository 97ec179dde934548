using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Processes;
using Numa.Core.Text;
using Numa.Core.Time;

namespace Numa.Workloads.Measurement;

/// <summary>Keeps one CPU's allocations that fell back or failed, and every so many-th of those that asked a
/// zone.</summary>
internal sealed class AllocationSampler(MachineImage machine, int room) : IAllocationObserver
{
    private const int OneIn = 64;

    private readonly List<AllocationSample> _kept = [];
    private long _seen;

    public long Dropped { get; private set; }

    public IReadOnlyList<AllocationSample> Kept => _kept;

    public void Allocated(
        int cpu, SimulatedTask task, AllocationRequest request, long number, VirtualInstant begin, VirtualInstant end,
        int zone, bool fellBack, long lockWait, IReadOnlyList<ZoneRefusal> tried)
    {
        if (!fellBack && zone >= 0 && _seen++ % OneIn != 0) return;
        if (_kept.Count >= room)
        {
            Dropped++;
            return;
        }

        _kept.Add(new(number, cpu, task.Workload, GfpText.Format(request.Gfp), request.Order.Value,
            begin.Nanoseconds, end.Nanoseconds, lockWait,
            zone < 0 ? null : machine.Zones[zone].Id.ToString(),
            zone < 0 ? "no zone served it" : null, fellBack,
            [.. tried.Select(refusal => Attempt(refusal, begin, end))]));
    }

    /// <summary>All CPUs' samples in the order of virtual time.</summary>
    public static AllocationSamples Gather(IReadOnlyCollection<AllocationSampler> samplers) => new(
        [.. samplers.SelectMany(sampler => sampler.Kept)
            .OrderBy(kept => kept.StartNanoseconds).ThenBy(kept => kept.Cpu)],
        samplers.Sum(sampler => sampler.Dropped));

    private static ZoneAttempt Attempt(ZoneRefusal refusal, VirtualInstant begin, VirtualInstant end) => new(
        refusal.Zone.ToString(), refusal.Verdict.Verdict.ToString(), refusal.Level.ToString().ToLowerInvariant(),
        refusal.Verdict.Available, refusal.Verdict.Required, begin.Nanoseconds, end.Nanoseconds);
}
