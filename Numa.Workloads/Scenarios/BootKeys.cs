using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Zones.Pagesets;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>What a machine or a scenario says about the kernel that boots. Null and empty: not said.</summary>
public sealed record BootKeys(
    Located<KernelRelease>? Kernel,
    string? ZonelistOrder,
    HugePageMode? HugePages,
    ImmutableArray<WrittenSysctl> Sysctls,
    ImmutableArray<string> Notes)
{
    /// <summary>A kernel was named, known or not.</summary>
    internal bool NamesKernel { get; init; }

    public EarlyAllocatorKind? EarlyAllocator { get; init; }

    public MemoryModelKind? MemoryModel { get; init; }

    /// <summary>Size of every pageset, as in a patched kernel.</summary>
    public PagesetSize? Pagesets { get; init; }

    /// <summary>The settings with everything said here; sysctls last, as the running kernel gets them.</summary>
    /// <exception cref="InputException">The release refuses a sysctl.</exception>
    public MemorySettings ApplyTo(MemorySettings settings, KernelRelease release)
    {
        var problems = new ProblemList();
        var result = ApplyTo(settings, release, problems);
        problems.ThrowIfAny();
        return result;
    }

    internal MemorySettings ApplyTo(MemorySettings settings, KernelRelease? release, ProblemList problems)
    {
        if (ZonelistOrder is not null) settings = settings with { ZonelistOrder = ZonelistOrder };
        if (Pagesets is not null) settings = settings with { Pagesets = Pagesets };
        if (HugePages is { } mode) settings = settings with { HugePages = mode };
        foreach (var sysctl in Sysctls) settings = sysctl.ApplyTo(settings, release, problems);
        return settings;
    }

    internal static BootKeys Read(Fields fields, ProblemList problems)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        var kernel = fields.Text("kernel") is { } text ? Release(text, notes, problems) : null;
        var sysctls = WrittenSysctl.Read(
            fields.Mapping(fields.Value("sysctls"), "sysctls"), fields, WrittenSysctl.Names, problems);
        var pagesets = ReadPagesets(fields, problems);
        if (pagesets is { } size)
            notes.Add($"every pageset has batch {size.Batch} and high {size.HighMin}, whatever the release computes");
        return new(kernel, fields.OneOf("zonelistOrder"),
            fields.Word("transparentHugepages", Vocabulary.HugePages), sysctls, notes.ToImmutable())
        {
            NamesKernel = fields.Has("kernel") || fields.IsMeant("kernel"),
            EarlyAllocator = fields.Word("earlyAllocator", Vocabulary.EarlyAllocators),
            MemoryModel = fields.Word("memoryModel", Vocabulary.MemoryModels),
            Pagesets = pagesets,
        };
    }

    private static PagesetSize? ReadPagesets(Fields scenario, ProblemList problems)
    {
        if (scenario.Mapping(scenario.Value("pagesets"), "pagesets") is not { } mapping) return null;
        var fields = new Fields(mapping, "pagesets", BootKeyList.Pagesets, problems);
        if (fields.Number("batch") is not { } batch) return null;
        // As before 5.14, where one follows from the other.
        var high = fields.Number("high") ?? 6 * batch;
        if (high < batch)
        {
            problems.Add(fields.PlaceOf("high"), ProblemCodes.Conflict,
                $"high is {high}, below the batch of {batch}: no batch would ever be kept");
        }

        return new((int)batch, (int)high, (int)high);
    }

    private static Located<KernelRelease>? Release(
        Located<string> text, ImmutableArray<string>.Builder notes, ProblemList problems)
    {
        var release = KernelRelease.Find(text.Value, out var exact);
        if (release is null)
        {
            problems.Add(text.At, ProblemCodes.Word, $"kernel '{YamlScalar.Short(text.Value)}' is no known release;"
                + $" expected a version from {KernelRelease.Known[0].Name} on, for example 4.4");
            return null;
        }

        if (!exact) notes.Add($"kernel {text.Value}: the rules of {release.Name}, the nearest older release, stand in");
        if (KernelRelease.NoteOf(text.Value) is { } note) notes.Add(note);
        return new(release, text.At);
    }
}
