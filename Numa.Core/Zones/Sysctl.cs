using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Zonelists;

namespace Numa.Core.Zones;

/// <summary>A value written to a sysctl, as text.</summary>
/// <param name="Name">Full name, for example <c>vm.min_free_kbytes</c>.</param>
public readonly record struct SysctlWrite(string Name, string Value);

/// <summary>What became of a write.</summary>
/// <param name="Settings">Settings after the write; unchanged when it was refused.</param>
/// <param name="Refusal">Why the kernel refuses the value; null when it takes it.</param>
public readonly record struct SysctlVerdict(MemorySettings Settings, string? Refusal)
{
    public bool Accepted => Refusal is null;
}

/// <summary>The settings that shape marks, reserves, pagesets and zonelists, and the values each takes.</summary>
/// <remarks>Source: <c>vm_table</c>, Linux kernel/sysctl.c.</remarks>
public static class Sysctl
{
    public const string MinFreeKbytes = "vm.min_free_kbytes";
    public const string WatermarkScaleFactor = "vm.watermark_scale_factor";
    public const string WatermarkBoostFactor = "vm.watermark_boost_factor";
    public const string LowmemReserveRatio = "vm.lowmem_reserve_ratio";
    public const string PagelistFraction = "vm.percpu_pagelist_fraction";
    public const string PagelistHighFraction = "vm.percpu_pagelist_high_fraction";
    public const string ZonelistOrder = "vm.numa_zonelist_order";
    public const string ZoneReclaimMode = "vm.zone_reclaim_mode";
    public const string Swappiness = "vm.swappiness";

    /// <summary>Not a sysctl but /sys/kernel/mm/transparent_hugepage/enabled: it raises min_free_kbytes.</summary>
    public const string HugePages = "transparent_hugepage.enabled";

    /// <summary>Names that any known release has.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        MinFreeKbytes, WatermarkScaleFactor, WatermarkBoostFactor, LowmemReserveRatio,
        PagelistFraction, PagelistHighFraction, ZonelistOrder, ZoneReclaimMode, Swappiness, HugePages,
    ];

    public static bool Exists(KernelRelease release, string name) => name switch
    {
        WatermarkScaleFactor => release.WatermarkScaleFactorMax is not null,
        WatermarkBoostFactor => release.AvoidsFragmentation,
        PagelistFraction => release.PagesetSizing == PagesetSizingRule.SixBatches,
        PagelistHighFraction => release.PagesetSizing != PagesetSizingRule.SixBatches,
        _ => Names.Contains(name),
    };

    /// <summary>Checks a write against the release and says what the settings are after it.</summary>
    public static SysctlVerdict Apply(KernelRelease release, SysctlWrite write, MemorySettings now)
    {
        var value = write.Value.Trim();
        return write.Name switch
        {
            _ when !Exists(release, write.Name) => new(now, $"{release.Title} has no {write.Name}"),
            LowmemReserveRatio => Ratios(release, value, now),
            ZonelistOrder => Order(release, value, now),
            HugePages => Mode(value, now),
            _ => Number(release, write.Name, value, now),
        };
    }

    private static SysctlVerdict Number(KernelRelease release, string name, string value, MemorySettings now)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return new(now, $"{name} is '{value}': expected a whole number up to {int.MaxValue}");

        var (least, most) = name switch
        {
            WatermarkScaleFactor => (1, release.WatermarkScaleFactorMax ?? int.MaxValue),
            Swappiness => (0, release.SwappinessMax),
            _ => (0, int.MaxValue),
        };
        if (number < least || number > most)
            return new(now, $"{name} is {number}: expected {least} to {most}");

        switch (name)
        {
            case MinFreeKbytes: return new(now with { MinFreeKbytes = number }, null);
            case WatermarkScaleFactor: return new(now with { WatermarkScaleFactor = number }, null);
            case WatermarkBoostFactor: return new(now with { WatermarkBoostFactor = number }, null);
            case ZoneReclaimMode: return new(now with { ZoneReclaimMode = number }, null);
            case Swappiness: return new(now with { Swappiness = number }, null);
        }

        if (number == 0 && release.PagelistFractionNeverReset)
            return new(now, $"{name} is 0: {release.Title} takes only {PagesetSizing.LeastFraction} and more");
        return number is > 0 and < PagesetSizing.LeastFraction
            ? new(now, $"{name} is {number}: expected 0 or at least {PagesetSizing.LeastFraction}")
            : new(now with { PagelistFraction = number }, null);
    }

    // Fewer values than zones leave the rest as they were. The kernel takes a longer list in part; a person
    // who writes one has another release in mind, so it is refused here.
    private static SysctlVerdict Ratios(KernelRelease release, string value, MemorySettings now)
    {
        var words = value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var ratios = RatiosInForce(release, now).ToArray();
        if (words.Length == 0 || words.Length > ratios.Length)
            return new(now, $"{LowmemReserveRatio} has {words.Length} values: expected 1 to {ratios.Length}");
        for (var i = 0; i < words.Length; i++)
        {
            if (!int.TryParse(words[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ratio))
                return new(now, $"{LowmemReserveRatio} holds '{words[i]}': expected whole numbers");
            ratios[i] = LowmemReserve.Accept(release, ratio);
        }

        return new(now with { LowmemReserveRatio = [.. ratios] }, null);
    }

    private static SysctlVerdict Order(KernelRelease release, string value, MemorySettings now)
    {
        // Writing nothing writes nothing: the kernel is never called.
        if (value.Length == 0) return new(now, null);
        ZonelistOrderSetting.Parse(release, value, out var refusal);
        if (refusal is not null) return new(now, refusal);
        var kept = value[..Math.Min(value.Length, ZonelistOrderSetting.Length)];
        return new(release.KnowsZoneOrder ? now with { ZonelistOrder = kept } : now, null);
    }

    private static SysctlVerdict Mode(string value, MemorySettings now)
    {
        HugePageMode? mode = value switch
        {
            "always" => HugePageMode.Always,
            "madvise" => HugePageMode.Madvise,
            "never" => HugePageMode.Never,
            _ => null,
        };
        return mode is { } known
            ? new(now with { HugePages = known }, null)
            : new(now, $"{HugePages} is '{value}': expected always, madvise or never");
    }

    internal static ImmutableArray<int> RatiosInForce(KernelRelease release, MemorySettings settings) =>
        settings.LowmemReserveRatio.IsEmpty ? LowmemReserve.DefaultRatios(release) : settings.LowmemReserveRatio;
}
