using Numa.Core.Kernels;

namespace Numa.Core.Zonelists;

/// <summary>What <c>numa_zonelist_order</c> asks for.</summary>
public enum ZonelistOrderChoice
{
    /// <summary>The release's own choice.</summary>
    Default,
    Node,
    Zone,
}

/// <summary>Reads <c>numa_zonelist_order</c> as the kernel does: by its first letter, in either case.</summary>
/// <remarks>Source: <c>__parse_numa_zonelist_order</c>, Linux mm/page_alloc.c.</remarks>
public static class ZonelistOrderSetting
{
    /// <summary>Characters that the kernel keeps of a written value.</summary>
    public const int Length = 15;

    /// <param name="refusal">Why the release refuses the value; null when it takes it.</param>
    public static ZonelistOrderChoice Parse(KernelRelease release, string value, out string? refusal)
    {
        ZonelistOrderChoice? choice = value.Length == 0 ? null : value[0] switch
        {
            'd' or 'D' => ZonelistOrderChoice.Default,
            'n' or 'N' => ZonelistOrderChoice.Node,
            'z' or 'Z' when release.KnowsZoneOrder => ZonelistOrderChoice.Zone,
            _ => null,
        };
        refusal = choice is null ? Refusal(release, value) : null;
        return choice ?? ZonelistOrderChoice.Default;
    }

    private static string Refusal(KernelRelease release, string value) => release.KnowsZoneOrder
        ? $"vm.numa_zonelist_order is '{value}': expected default, node or zone (first letter d, n or z)"
        : $"vm.numa_zonelist_order is '{value}': {release.Title} knows node order only, expected default or node";
}
