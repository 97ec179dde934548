using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads a machine that a person described: nodes, distances, memory, kernel, settings.</summary>
internal static class MachineReader
{
    private const long MaxBytes = AddressRanges.MaxBytes;

    /// <param name="fallbackName">Name of a machine that gives none itself.</param>
    /// <returns>Null after a problem that leaves no machine; other problems are only noted.</returns>
    internal static SyntheticMachine? Read(
        YamlMapping mapping, string fallbackName, BootKeys? scenario, ProblemList problems, out BootKeys keys)
    {
        var fields = new Fields(mapping, "the machine", MachineKeys.Table, problems);
        keys = BootKeys.Read(fields, problems);
        var items = fields.Sequence("nodes");
        var ids = NodeNumbers.Read(items, fields, problems);
        var nodes = items.Zip(ids, (item, id) => NodeOf(item, id, fields, problems)).ToImmutableArray();
        if (nodes.Length is 0 or > NodeId.MaxCount)
        {
            if (fields.Value("nodes") is YamlSequence sequence)
            {
                problems.Add(sequence.At, ProblemCodes.Nodes,
                    $"the machine has {nodes.Length} nodes; expected 1 to {NodeId.MaxCount}");
            }

            return null;
        }

        CpuNumbers.Check(nodes, ids, fields, items, problems);
        // No hole said: boot leaves the window for devices that PC firmware leaves below 4 GiB.
        var holes = AddressRanges.Read(fields.Sequence("holes"), "hole", fields, problems);
        FirmwareReader.CheckTogether(fields, nodes, ids, problems);
        if (!fields.Has("e820")) CheckMemory(nodes, fields, problems);
        var distances = DistanceReader.Read(fields, ids, problems, out var note);
        // The scenario's kernel wins, and what there was to say about the machine's own falls away with it.
        if (scenario?.Kernel is not null) keys = keys with { Notes = [] };
        if (note is not null) keys = keys with { Notes = keys.Notes.Add(note) };
        nodes = NodeNumbers.Spread(nodes, ids);
        var kernel = scenario?.Kernel ?? keys.Kernel;
        if (kernel is null && !fields.Has("kernel") && scenario is not { NamesKernel: true })
            problems.Add(fields.At, ProblemCodes.MissingKey, "neither the machine nor the scenario names a kernel");

        var architecture = fields.OneOf("architecture") is { } word
            ? KernelArchitecture.Known.First(one => one.Name == word)
            : KernelArchitecture.X64;
        var known = kernel?.Value is { } named ? named with { Architecture = architecture } : null;
        var release = known ?? KernelRelease.Known[^1];
        if (!architecture.Is64Bit) Check32Bit(fields, scenario, release, problems);
        var settings = keys.ApplyTo(new(), known, problems);
        if (scenario is not null) settings = scenario.ApplyTo(settings, known, problems);
        var name = fields.Text("name")?.Value ?? fallbackName;
        var machine = new SyntheticMachine(name, release, nodes, holes, distances, settings)
        {
            CommandLine = CommandLine(fields),
            MemoryMap = FirmwareReader.Map(fields, problems),
            WriteBack = FirmwareReader.WriteBack(fields, problems),
            LateRanges = LateRanges(nodes, fields, problems),
            EarlyAllocator = scenario?.EarlyAllocator ?? keys.EarlyAllocator ?? EarlyAllocatorKind.Memblock,
            MemoryModel = scenario?.MemoryModel ?? keys.MemoryModel
                ?? (architecture.Is64Bit ? MemoryModelKind.Sparse : MemoryModelKind.Discontiguous),
        };
        FirmwareReader.CheckLateRanges(machine, fields, problems);
        return machine;
    }

    internal static string UnknownOn32Bit(KernelRelease release) =>
        $"{release.Title} is known on x86-64 only; expected up to "
            + $"{KernelRelease.Known.Last(known => known.IsKnownOn32Bit).Name} on 32 bit";

    private static void Check32Bit(Fields fields, BootKeys? scenario, KernelRelease release, ProblemList problems)
    {
        var at = fields.PlaceOf("architecture");
        if (!release.IsKnownOn32Bit) problems.Add(at, ProblemCodes.Conflict, UnknownOn32Bit(release));
        // A section of theirs is of another size.
        if ((scenario?.MemoryModel ?? fields.Word("memoryModel", Vocabulary.MemoryModels)) is MemoryModelKind.Sparse)
            problems.Add(at, ProblemCodes.Conflict, "sparse memory is known on x86-64 only; leave memoryModel out");
        if ((scenario?.EarlyAllocator ?? fields.Word("earlyAllocator", Vocabulary.EarlyAllocators))
            is EarlyAllocatorKind.Bootmem)
        {
            problems.Add(at, ProblemCodes.Conflict, "bootmem is known on x86-64 only; leave earlyAllocator out");
        }
    }

    private static ImmutableArray<(LateFreeKind Kind, ulong Start, ulong End)> LateRanges(
        ImmutableArray<SyntheticNode> nodes, Fields fields, ProblemList problems)
    {
        var late = FirmwareReader.LateRanges(fields, problems);
        if (!late.IsEmpty && nodes.Any(node => !node.Managed.IsEmpty))
        {
            problems.Add(fields.PlaceOf("lateFree"), ProblemCodes.Conflict,
                "managed pages that are given leave nothing to free late; give one of the two");
        }

        return late;
    }

    /// <summary>The kernel parameters that a described machine can have.</summary>
    private static string CommandLine(Fields fields) => string.Join(' ', Vocabulary.MovableSizes
        .Select(key => fields.Size(key) is { } size
            ? string.Create(CultureInfo.InvariantCulture, $"{key}={size.Bytes >> 10}K")
            : "")
        .Where(word => word.Length > 0));

    private static SyntheticNode NodeOf(YamlValue item, int id, Fields machine, ProblemList problems)
    {
        var empty = ImmutableDictionary<ZoneKind, PageCount>.Empty;
        if (machine.Mapping(item, $"node {id}") is not { } mapping) return NodeNumbers.Absent;
        var fields = new Fields(mapping, $"node {id}", MachineKeys.Node, problems);
        if (!fields.Has("memory") && !machine.Has("e820")) fields.Missing("memory");
        var memory = fields.Size("memory");
        var cpus = fields.Text("cpus") is { } list ? fields.Cpus(list, "cpus") : null;
        var managed = empty.ToBuilder();
        if (fields.Mapping(fields.Value("managed"), "managed") is { } counted)
        {
            var zones = new Fields(counted, $"managed of node {id}", MachineKeys.Managed, problems);
            foreach (var zone in Vocabulary.Zones)
            {
                if (zones.Number(zone) is { } pages) managed[Enum.Parse<ZoneKind>(zone)] = new(pages);
            }
        }

        var total = managed.Values.Sum(count => count.Value);
        if (memory is { } installed && total > installed.Pages.Value)
        {
            problems.Add(fields.PlaceOf("managed"), ProblemCodes.Memory,
                $"node {id} manages {total} pages, but its {installed} are {installed.Pages} pages");
        }

        return new(memory ?? default, cpus ?? [], managed.ToImmutable())
        {
            Ranges = AddressRanges.Read(fields.Sequence("ranges"), "range", fields, problems),
        };
    }

    private static void CheckMemory(ImmutableArray<SyntheticNode> nodes, Fields fields, ProblemList problems)
    {
        var total = 0L;
        foreach (var node in nodes) total = Math.Min(MaxBytes + 1, total + Math.Min(node.Memory.Bytes, MaxBytes + 1));
        if (total > MaxBytes)
            problems.Add(fields.PlaceOf("nodes"), ProblemCodes.Memory, "the nodes hold more than 64TiB");
        if (total == 0 && problems.IsEmpty)
            problems.Add(fields.PlaceOf("nodes"), ProblemCodes.Memory, "no node has memory");
    }
}
