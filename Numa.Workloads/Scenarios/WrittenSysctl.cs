using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Workloads.Scenarios;

/// <summary>A sysctl that a person wrote, for example <c>vm.min_free_kbytes: 90112</c>.</summary>
public sealed record WrittenSysctl(string Name, string Value, SourcePlace At)
{
    /// <summary>Names that can be written.</summary>
    public static ImmutableArray<string> Names { get; } =
        [.. Sysctl.Names.Where(name => name.StartsWith("vm.", StringComparison.Ordinal))];

    /// <summary>The settings that a mapping writes, in its order.</summary>
    /// <param name="names">Names that can be written there.</param>
    internal static ImmutableArray<WrittenSysctl> Read(
        YamlMapping? mapping, Fields fields, ImmutableArray<string> names, ProblemList problems)
    {
        var written = ImmutableArray.CreateBuilder<WrittenSysctl>();
        foreach (var entry in mapping?.Entries ?? [])
        {
            if (!names.Contains(entry.Key.Text))
            {
                problems.Add(entry.Key.At, ProblemCodes.UnknownKey,
                    $"unknown sysctl {entry.Key.Shape}{NearestName.Hint(entry.Key.Text, names)}");
            }
            else if (fields.Scalar(entry.Value, entry.Key.Text) is { } value)
            {
                written.Add(new(entry.Key.Text, InUnitOf(entry.Key.Text, value.Value), value.At));
            }
        }

        return written.ToImmutable();
    }

    /// <summary>The value as the setting's file takes it: a size for vm.min_free_kbytes is written in KiB.</summary>
    internal static string InUnitOf(string name, string value) =>
        name == Sysctl.MinFreeKbytes && value.EndsWith('B') && ByteSize.TryParse(value, out var size)
        && size.Bytes % 1024 == 0
            ? (size.Bytes / 1024).ToString(CultureInfo.InvariantCulture)
            : value;

    /// <summary>The settings after the write; a refusal of the release is a problem.</summary>
    /// <param name="release">Null while it is not known: of a capture that was not booted yet.</param>
    internal MemorySettings ApplyTo(MemorySettings settings, KernelRelease? release, ProblemList problems)
    {
        if (release is null) return settings;
        var verdict = Sysctl.Apply(release, new(Name, Value), settings);
        if (verdict.Refusal is { } refusal) Refuse(refusal, release, problems);
        return verdict.Settings;
    }

    /// <summary>Notes that the release refuses the write.</summary>
    internal void Refuse(string refusal, KernelRelease release, ProblemList problems)
    {
        // Unlike the key zonelistOrder, a what-if, a sysctl is refused where the kernel's own would be.
        var hint = Name == Sysctl.ZonelistOrder && !release.KnowsZoneOrder
            ? "; write zonelistOrder: zone to ask what if" : "";
        problems.Add(At, ProblemCodes.Sysctl, refusal + hint);
    }
}
