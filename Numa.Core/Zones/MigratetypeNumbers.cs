using System.Collections.Immutable;
using Numa.Core.Kernels;

namespace Numa.Core.Zones;

/// <summary>Numbers and names that a release's kernel gives the migratetypes.</summary>
/// <remarks>Source: <c>enum migratetype</c>, Linux include/linux/mmzone.h; <c>migratetype_names</c>.</remarks>
public static class MigratetypeNumbers
{
    private static readonly ImmutableArray<(Migratetype, string)> Recent =
        [.. Enum.GetValues<Migratetype>().Select(type => (type, type.ToString()))];

    private static readonly ImmutableArray<(Migratetype, string)> UpTo43 =
    [
        (Migratetype.Unmovable, "Unmovable"), (Migratetype.Reclaimable, "Reclaimable"),
        (Migratetype.Movable, "Movable"), (Migratetype.HighAtomic, "Reserve"), (Migratetype.Isolate, "Isolate"),
    ];

    /// <summary>Types with their names, in the order of the kernel's numbers.</summary>
    public static ImmutableArray<(Migratetype Type, string Name)> Of(KernelRelease release) =>
        release.ReclaimablePrecedesMovable ? UpTo43 : Recent;

    /// <summary>The type that the kernel means by a number; null when it knows none.</summary>
    public static Migratetype? Numbered(KernelRelease release, int number) =>
        number >= 0 && number < Of(release).Length ? Of(release)[number].Type : null;

    /// <summary>The name that the kernel prints.</summary>
    public static string NameOf(KernelRelease release, Migratetype type) =>
        Of(release).First(known => known.Type == type).Name;
}
