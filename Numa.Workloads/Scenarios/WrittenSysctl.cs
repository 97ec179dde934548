using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Text;

namespace Numa.Workloads.Scenarios;

/// <summary>A sysctl that a person wrote, for example <c>vm.min_free_kbytes: 90112</c>.</summary>
public sealed record WrittenSysctl(string Name, string Value, SourcePlace At)
{
    public const string ZonelistOrder = "vm.numa_zonelist_order";

    /// <summary>Names that can be written.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "vm.min_free_kbytes", "vm.watermark_scale_factor", "vm.watermark_boost_factor", "vm.lowmem_reserve_ratio",
        "vm.percpu_pagelist_fraction", "vm.percpu_pagelist_high_fraction", ZonelistOrder,
    ];

    /// <summary>The settings after the write.</summary>
    /// <param name="release">Release that takes the write; null when it is not known yet.</param>
    internal MemorySettings ApplyTo(MemorySettings settings, KernelRelease? release, ProblemList problems)
    {
        switch (Name)
        {
            case "vm.min_free_kbytes":
                return Number(0, int.MaxValue, problems) is { } kbytes
                    ? settings with { MinFreeKbytes = kbytes } : settings;
            case "vm.watermark_scale_factor":
                return Number(1, 3000, problems) is { } scale
                    ? settings with { WatermarkScaleFactor = scale } : settings;
            case "vm.watermark_boost_factor":
                return Number(0, int.MaxValue, problems) is { } boost
                    ? settings with { WatermarkBoostFactor = boost } : settings;
            case "vm.percpu_pagelist_fraction" or "vm.percpu_pagelist_high_fraction":
                return Number(0, int.MaxValue, problems) is { } fraction
                    ? settings with { PagelistFraction = fraction } : settings;
            case "vm.lowmem_reserve_ratio":
                return settings with { LowmemReserveRatio = Ratios(problems) };
            case ZonelistOrder:
                return Order(settings, release, problems);
            default:
                problems.Add(At, ProblemCodes.UnknownKey, $"unknown sysctl '{Name}'{NearestName.Hint(Name, Names)}");
                return settings;
        }
    }

    // Unlike the key zonelistOrder, a what-if, a sysctl is refused where the kernel's own would be.
    private MemorySettings Order(MemorySettings settings, KernelRelease? release, ProblemList problems)
    {
        var order = Value.Trim() is [var first, ..] ? char.ToLowerInvariant(first) : ' ';
        if (order == 'z' && release is { KnowsZoneOrder: false })
        {
            problems.Add(At, ProblemCodes.Word, $"{Name} is '{Value}': Linux {release.Name} knows node order only;"
                + " write zonelistOrder: zone to ask what if");
            return settings;
        }

        if (order is 'd' or 'n' or 'z')
            return settings with { ZonelistOrder = order switch { 'd' => "default", 'n' => "node", _ => "zone" } };
        problems.Add(At, ProblemCodes.Word, $"{Name} is '{YamlScalar.Short(Value)}'; expected default, node or zone");
        return settings;
    }

    private int? Number(int least, int most, ProblemList problems)
    {
        if (!int.TryParse(Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            problems.Add(At, ProblemCodes.Unit, $"{Name} must be a whole number, not '{YamlScalar.Short(Value)}'");
            return null;
        }

        if (number >= least && number <= most) return number;
        problems.Add(At, ProblemCodes.Range, $"{Name} is {number}; expected {least} to {most}");
        return null;
    }

    private ImmutableArray<int> Ratios(ProblemList problems)
    {
        var words = Value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var ratios = new List<int>();
        foreach (var word in words)
        {
            if (int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ratio))
                ratios.Add(ratio);
        }

        if (ratios.Count == words.Length && words.Length is >= 1 and <= 5) return [.. ratios];
        problems.Add(At, ProblemCodes.Unit,
            $"{Name} must be one to five whole numbers such as \"256 256 32\", not '{YamlScalar.Short(Value)}'");
        return [];
    }
}
