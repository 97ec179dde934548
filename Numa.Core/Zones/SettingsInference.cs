using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;

namespace Numa.Core.Zones;

/// <summary>Finds the settings with which a running kernel came to the marks and reserves that it shows.</summary>
/// <remarks>The kernel's own defaults are taken wherever they explain what is shown.</remarks>
public static class SettingsInference
{
    private const int KiBPerPage = 4;
    private const int ScaleUnit = 10000;

    /// <param name="notes">Receives what was written by hand, and how much of what is shown is explained.</param>
    public static MemorySettings Infer(SavedMachine machine, List<string> notes)
    {
        ImmutableArray<ManagedZone> zones =
            [.. machine.Zones.Select(zone => new ManagedZone(zone.Id, zone.Present, zone.Managed))];
        var settings = MinFree(machine, zones, notes);
        settings = ScaleFactor(machine, zones, settings, notes);
        settings = Ratios(machine, zones, settings, notes);
        NoteDifferences(machine, Tuned(machine, zones, settings), notes);
        return settings;
    }

    private static MemoryTuning Tuned(
        SavedMachine machine, ImmutableArray<ManagedZone> zones, MemorySettings settings)
    {
        var tuning = MemoryTuning.AtBoot(machine.Release, zones, machine.Cpus, settings);
        tuning.Write(settings);
        return tuning;
    }

    /// <summary>With huge pages, without, or by hand: the shares of all zones add up to nearly all of
    /// min_free_kbytes.</summary>
    private static MemorySettings MinFree(
        SavedMachine machine, ImmutableArray<ManagedZone> zones, List<string> notes)
    {
        var sharing = machine.Zones.Where(zone => !WatermarkRules.IsClamped(machine.Release, zone.Id.Kind)).ToList();
        var least = sharing.Sum(zone => zone.Marks.Min.Value);
        // Each zone's share loses less than a page to rounding.
        var most = least + Math.Max(0, sharing.Count - 1);
        foreach (var mode in (HugePageMode[])[machine.Known.HugePages, HugePageMode.Always, HugePageMode.Never])
        {
            var byDefault = machine.Known with { HugePages = mode, MinFreeKbytes = null };
            var pages = Tuned(machine, zones, byDefault).MinFreeKbytes / KiBPerPage;
            if (pages < least || pages > most) continue;
            if (mode == HugePageMode.Never && mode != machine.Known.HugePages)
                notes.Add("The marks are those of a machine without transparent huge pages.");
            return byDefault;
        }

        return machine.Known with { MinFreeKbytes = Written(least, most, machine.Known.MinFreeKbytes, notes) };
    }

    /// <param name="saved">vm.min_free_kbytes as it was saved too; null when it was not.</param>
    private static int Written(long least, long most, int? saved, List<string> notes)
    {
        if (saved is { } told && told / KiBPerPage >= least && told / KiBPerPage <= most)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"vm.min_free_kbytes is {told}, as the saved sysctls say; this kernel would compute another."));
            return told;
        }

        var written = (int)Math.Min(int.MaxValue, Roundest(least, most) * KiBPerPage);
        notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"vm.min_free_kbytes was written by hand; the marks fit {least * KiBPerPage} to ")
            + string.Create(
                CultureInfo.InvariantCulture, $"{most * KiBPerPage + KiBPerPage - 1}, {written} is taken.")
            + (saved is null ? "" : string.Create(CultureInfo.InvariantCulture, $" The saved sysctls say {saved}.")));
        return written;
    }

    /// <summary>People write round numbers: the one divisible by the largest power of two.</summary>
    private static long Roundest(long least, long most)
    {
        var best = least;
        for (var pages = least; pages <= most; pages++)
        {
            if (long.TrailingZeroCount(pages) > long.TrailingZeroCount(best)) best = pages;
        }

        return best;
    }

    /// <summary>Told by the largest zone, where rounding hides least; too small a factor shows nowhere.</summary>
    private static MemorySettings ScaleFactor(
        SavedMachine machine, ImmutableArray<ManagedZone> zones, MemorySettings settings, List<string> notes)
    {
        if (machine.Release.Watermarks == WatermarkSpacing.QuarterOfMin) return settings;
        var largest = machine.Zones.MaxBy(zone => zone.Managed.Value)!;
        var distance = (largest.Marks.Low - largest.Marks.Min).Value;
        var explained = Tuned(machine, zones, settings).Tunings[machine.Zones.IndexOf(largest)].Marks;
        if (IsNear(distance, (explained.Low - explained.Min).Value) || largest.Managed == PageCount.Zero)
            return settings;
        var factor = (int)Math.Clamp(
            (distance * ScaleUnit + largest.Managed.Value / 2) / largest.Managed.Value, 1, ScaleUnit);
        notes.Add($"vm.watermark_scale_factor was written by hand: the marks fit {factor}.");
        return settings with { WatermarkScaleFactor = factor };
    }

    private static MemorySettings Ratios(
        SavedMachine machine, ImmutableArray<ManagedZone> zones, MemorySettings settings, List<string> notes)
    {
        var defaults = Sysctl.RatiosInForce(machine.Release, settings);
        var ratios = defaults.ToArray();
        var tuned = Tuned(machine, zones, settings);
        foreach (var zone in machine.Zones)
        {
            var index = machine.Release.Architecture.ZoneKinds.IndexOf(zone.Id.Kind);
            if (index < 0 || index >= ratios.Length) continue;
            var shown = zone.Reserve.IsEmpty ? 0 : zone.Reserve.Max();
            var explained = tuned[zone.Id].LowmemReserve.Max().Value;
            if (IsNear(shown, explained)) continue;
            var above = machine.Zones.Where(other => other.Id.Node == zone.Id.Node && other.Id.Kind > zone.Id.Kind)
                .Sum(other => other.Managed.Value);
            ratios[index] = shown == 0 ? 0 : (int)Math.Min(int.MaxValue, (above + shown / 2) / shown);
        }

        if (ratios.SequenceEqual(defaults)) return settings;
        notes.Add($"vm.lowmem_reserve_ratio was written by hand: the reserves fit {string.Join(' ', ratios)}.");
        return settings with { LowmemReserveRatio = [.. ratios] };
    }

    /// <summary>Pages freed since the marks were computed move them by less than this.</summary>
    private static bool IsNear(long shown, long explained) =>
        Math.Abs(shown - explained) <= 2 + Math.Max(shown, explained) / 50;

    private static void NoteDifferences(SavedMachine machine, MemoryTuning tuned, List<string> notes)
    {
        var kinds = machine.Release.Architecture.ZoneKinds;
        var (values, equal, largest) = (0, 0, 0L);
        foreach (var zone in machine.Zones)
        {
            var ours = tuned[zone.Id];
            Compare(zone.Marks.Min.Value, ours.Marks.Min.Value);
            Compare(zone.Marks.Low.Value, ours.Marks.Low.Value);
            Compare(zone.Marks.High.Value, ours.Marks.High.Value);
            for (var i = 0; i < zone.Reserve.Length; i++)
                Compare(zone.Reserve[i], ours.LowmemReserve[(int)kinds[i]].Value);
        }

        if (equal == values) return;
        notes.Add($"{equal} of {values} saved marks and reserves follow from the saved managed pages; the others are"
            + $" up to {largest} pages off, as a kernel does not recompute them when it frees pages late.");

        void Compare(long shown, long computed)
        {
            values++;
            if (shown == computed) equal++;
            largest = Math.Max(largest, Math.Abs(shown - computed));
        }
    }
}
