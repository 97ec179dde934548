using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Workloads.Importing;

/// <summary>The sysctls that bring a machine from the kernel's own settings to those that it has.</summary>
internal static class WrittenSettings
{
    /// <returns>In the order of the sysctls' names in <see cref="Sysctl.Names"/>.</returns>
    public static ImmutableArray<SysctlWrite> Of(KernelRelease release, MemorySettings settings)
    {
        var none = new MemorySettings();
        var writes = ImmutableArray.CreateBuilder<SysctlWrite>();
        Add(Sysctl.MinFreeKbytes, settings.MinFreeKbytes, none.MinFreeKbytes);
        Add(Sysctl.WatermarkScaleFactor, settings.WatermarkScaleFactor, none.WatermarkScaleFactor);
        Add(Sysctl.WatermarkBoostFactor, settings.WatermarkBoostFactor, none.WatermarkBoostFactor);
        if (!settings.LowmemReserveRatio.IsEmpty)
            writes.Add(new(Sysctl.LowmemReserveRatio, string.Join(' ', settings.LowmemReserveRatio.Select(Text))));
        Add(Sysctl.Exists(release, Sysctl.PagelistFraction) ? Sysctl.PagelistFraction : Sysctl.PagelistHighFraction,
            settings.PagelistFraction, none.PagelistFraction);
        Add(Sysctl.ZoneReclaimMode, settings.ZoneReclaimMode, none.ZoneReclaimMode);
        Add(Sysctl.Swappiness, settings.Swappiness, none.Swappiness);
        return writes.ToImmutable();

        void Add(string name, int? value, int? byDefault)
        {
            if (value is { } number && number != byDefault) writes.Add(new(name, Text(number)));
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
