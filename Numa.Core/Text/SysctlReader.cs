using System.Text.RegularExpressions;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Zones;

namespace Numa.Core.Text;

/// <summary>Reads saved settings, one a line as <c>sysctl -a</c> prints them: <c>vm.swappiness = 60</c>.</summary>
/// <remarks>The <c>vm.</c> may be left out, as in a list of the files of /proc/sys/vm.</remarks>
public static partial class SysctlReader
{
    private const string Group = "vm.";

    /// <summary>The text is of this kind.</summary>
    public static bool Recognises(string text) => MinFree().IsMatch(text);

    /// <param name="atBoot">Settings that the command line made.</param>
    /// <param name="reclaimsAtBoot">The kernel switches vm.zone_reclaim_mode on by itself.</param>
    /// <returns>With every value that differs from what the release has by itself; vm.min_free_kbytes always, as the
    /// kernel computes it.</returns>
    public static MemorySettings Read(
        KernelRelease release, string text, MemorySettings atBoot, bool reclaimsAtBoot)
    {
        var settings = atBoot;
        foreach (Match line in Line().Matches(text))
        {
            var name = line.Groups["name"].Value;
            if (!name.StartsWith(Group, StringComparison.Ordinal)) name = Group + name;
            var value = line.Groups["value"].Value.Trim();
            // "default" shows where nobody chose, and where the command line did.
            if (name == Sysctl.ZonelistOrder) value = value.ToLowerInvariant() is "zone" or "node" ? value : "";
            if (Sysctl.Names.Contains(name)) settings = Sysctl.Apply(release, new(name, value), settings).Settings;
        }

        if (settings.LowmemReserveRatio.SequenceEqual(LowmemReserve.DefaultRatios(release)))
            settings = settings with { LowmemReserveRatio = [] };
        return settings.ZoneReclaimMode == (reclaimsAtBoot ? 1 : 0)
            ? settings with { ZoneReclaimMode = null }
            : settings;
    }

    [GeneratedRegex(@"^(vm\.)?min_free_kbytes *= *\d+\s*$", RegexOptions.Multiline)]
    private static partial Regex MinFree();

    [GeneratedRegex(@"^(?<name>[a-z_.]+) *= *(?<value>[^\r\n]*)", RegexOptions.Multiline)]
    private static partial Regex Line();
}
