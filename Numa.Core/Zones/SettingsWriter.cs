using System.Globalization;
using Numa.Core.Boot;
using Numa.Core.Kernels;

namespace Numa.Core.Zones;

/// <summary>Turns wanted settings into the writes that bring them about.</summary>
internal static class SettingsWriter
{
    /// <remarks>Not transparent huge pages: boot settled them, and leaves them off on a small machine.</remarks>
    public static IEnumerable<SysctlWrite> WritesFor(KernelRelease release, MemorySettings now, MemorySettings wanted)
    {
        if (wanted.MinFreeKbytes is { } minFree && minFree != now.MinFreeKbytes)
            yield return new(Sysctl.MinFreeKbytes, Text(minFree));
        if (wanted.WatermarkScaleFactor != now.WatermarkScaleFactor)
            yield return new(Sysctl.WatermarkScaleFactor, Text(wanted.WatermarkScaleFactor));
        if (wanted.WatermarkBoostFactor != now.WatermarkBoostFactor)
            yield return new(Sysctl.WatermarkBoostFactor, Text(wanted.WatermarkBoostFactor));
        if (!wanted.LowmemReserveRatio.IsEmpty && !wanted.LowmemReserveRatio.SequenceEqual(now.LowmemReserveRatio))
            yield return new(Sysctl.LowmemReserveRatio, string.Join(' ', wanted.LowmemReserveRatio.Select(Text)));
        if (wanted.PagelistFraction != now.PagelistFraction)
        {
            var name = Sysctl.Exists(release, Sysctl.PagelistFraction)
                ? Sysctl.PagelistFraction
                : Sysctl.PagelistHighFraction;
            yield return new(name, Text(wanted.PagelistFraction));
        }

        if (wanted.ZoneReclaimMode is { } mode && mode != now.ZoneReclaimMode)
            yield return new(Sysctl.ZoneReclaimMode, Text(mode));
        if (wanted.Swappiness != now.Swappiness) yield return new(Sysctl.Swappiness, Text(wanted.Swappiness));
        if (wanted.ZonelistOrder != now.ZonelistOrder)
            yield return new(Sysctl.ZonelistOrder, wanted.ZonelistOrder);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
