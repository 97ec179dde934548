using Numa.Core.Addressing;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

/// <remarks>A zone is ample while any request of order 0 that asks it gets its pages, whatever it reads of the zone.
/// Groups of CPUs whose own zones are ample leave the zones of others alone.</remarks>
public sealed partial class ZoneProcess
{
    private readonly long _neverSpare;
    private VirtualInstant _ampleSince;

    /// <summary>Pages beyond all that a check could ask for.</summary>
    private long Spare => Math.Min(_latest.Free, _latest.Folded) - _neverSpare;

    /// <summary>Until when the zone is certainly ample, if nothing is served before an instant.</summary>
    /// <remarks>The lock hands out pages one after the other, so their number bounds the time.</remarks>
    /// <returns>An instant before all others when the zone is not ample, or CPUs may still read that it was
    /// not.</returns>
    public VirtualInstant AmpleUntil(VirtualInstant from)
    {
        if (_ampleSince == VirtualInstant.Never) return VirtualInstant.BeforeAll;
        var isSeen = _ampleSince == VirtualInstant.BeforeAll
            || _ampleSince + new VirtualDuration(2 * _costs.SignalLatency) <= from;
        if (!isSeen || from == VirtualInstant.Never) return VirtualInstant.BeforeAll;
        return VirtualInstant.Max(from, _lockFree) + new VirtualDuration(_costs.LeastTimeFor(Spare));
    }

    /// <summary>The high mark with the highest boost, the largest reserve, the largest atomic reserve, and what CPUs
    /// have not folded; of all settings that the run will see.</summary>
    private long NeverSpare()
    {
        long most = 0;
        for (var machine = _machine; machine is not null; machine = machine.Next)
        {
            var image = machine.Zones[Slot];
            var high = image.Tuning.Marks.High.Value;
            var boost = high * machine.Image.Settings.WatermarkBoostFactor / 10_000 + Pageblock;
            var reserve = image.Tuning.LowmemReserve.Max(pages => pages.Value);
            var unfolded = (long)image.Tuning.StatThreshold * machine.Image.Cpus.CpuCount;
            most = Math.Max(most, high + boost + reserve + unfolded);
        }

        return most + _machine.Zones[Slot].Managed.Value / 100 + 2 * Pageblock;
    }

    private const long Pageblock = 1L << Order.Pageblock;
}
