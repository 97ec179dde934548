using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Firmware;
using Numa.Core.Hotplug;
using Numa.Core.Kernels;
using Numa.Core.MemoryModels;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Workloads.Scenarios;

/// <summary>A machine that has booted, and how it came to it.</summary>
/// <param name="Layout">What early boot made of the firmware's tables.</param>
/// <param name="Tuning">Marks, reserves and sizes, as a later sysctl would find them.</param>
/// <param name="Memory">Its memory, as a later hotplug would find it.</param>
/// <param name="ImpossibleOrder">Why its release has no such order of zonelists; null when it has.</param>
public sealed record BootedMachine(
    MachineImage Image, MemoryLayout Layout, MemoryTuning Tuning, MemoryHotplug Memory, string? ImpossibleOrder)
{
    /// <summary>All that the machine does and its release cannot, the order of zonelists included.</summary>
    public ImmutableArray<string> Counterfactuals
    {
        get
        {
            var release = Layout.Release;
            var found = ImmutableArray.CreateBuilder<string>();
            if (ImpossibleOrder is not null) found.Add(ImpossibleOrder);
            if (Layout.EarlyAllocator == EarlyAllocatorKind.Bootmem && !release.KnowsBootmem)
                found.Add($"{release.Title} on x86 knows no bootmem");
            if (release.Architecture.Is64Bit && Layout.Model is { Kind: not MemoryModelKind.Sparse })
                found.Add($"{release.Title} on x86-64 knows sparse memory only");
            return found.ToImmutable();
        }
    }
}

/// <summary>Boots the machine that a scenario or a machine file names.</summary>
public static class MachineBoot
{
    private const string Dmesg = "dmesg.txt";
    private const string Slit = "acpi-SLIT.hex.txt";

    /// <param name="after">Sysctls written after boot, in order.</param>
    /// <exception cref="InputException">The machine has problems; all of them are in it.</exception>
    public static BootedMachine Boot(MachineSource source, BootKeys keys, IReadOnlyList<Setting> after)
    {
        var layout = Lay(source, keys);
        var release = layout.Release;
        var wantsZone = layout.Settings.ZonelistOrder.StartsWith("z", StringComparison.OrdinalIgnoreCase);
        var counterfactual = wantsZone && !release.KnowsZoneOrder;
        if (counterfactual)
            layout = layout with { Settings = layout.Settings with { ZonelistOrder = "default" } };
        var problems = new ProblemList();
        ImmutableArray<string> known = [.. Sysctl.Names.Where(name => Sysctl.Exists(release, name))];
        foreach (var setting in after.Where(setting => !Sysctl.Exists(release, setting.Path)))
        {
            problems.Add(setting.At, ProblemCodes.UnknownKey,
                $"{release.Title} has no sysctl '{setting.Path}'{NearestName.Hint(setting.Path, known)}");
        }

        problems.ThrowIfAny();
        var (image, tuning, memory, refusals) = BootSequence.Run(
            layout, counterfactual, after.Select(setting => new SysctlWrite(setting.Path, setting.Value)));
        foreach (var refusal in refusals)
            problems.Add(new(image.Name, 0, 0), ProblemCodes.Sysctl, refusal);
        problems.ThrowIfAny();
        return new(
            image, layout, tuning, memory, counterfactual ? $"{release.Title} knows node order only" : null);
    }

    private static MemoryLayout Lay(MachineSource source, BootKeys keys) => source switch
    {
        DescribedMachine described => EarlyBoot.Run(described.Machine),
        CapturedMachine captured => Lay(captured, keys),
        SavedMachineFile saved => Lay(saved, keys),
        _ => throw new InvariantBreachException($"no boot for {source.GetType().Name}"),
    };

    private static MemoryLayout Lay(CapturedMachine captured, BootKeys keys)
    {
        var machine = Describe(captured, keys.Kernel?.Value.Name);
        var release = keys.Kernel?.Value ?? machine.Release;
        var notes = machine.Notes;
        if (!release.HasRulesOf(machine.Release))
            notes = notes.Add($"Booted {machine.Version}; the rules of {release.Name} are used instead.");
        return EarlyBoot.Run(machine with
        {
            Release = release,
            Settings = keys.ApplyTo(machine.Settings, release),
            EarlyAllocator = keys.EarlyAllocator ?? machine.EarlyAllocator,
            MemoryModel = keys.MemoryModel ?? machine.MemoryModel,
            Notes = notes,
        });
    }

    private static MemoryLayout Lay(SavedMachineFile saved, BootKeys keys)
    {
        if (keys.EarlyAllocator is not null || keys.MemoryModel is not null)
        {
            throw new InputException([new(saved.At, ProblemCodes.Conflict,
                "a saved zoneinfo tells nothing of the boot: earlyAllocator and memoryModel cannot be set")]);
        }

        var layout = SavedBoot.Run(SavedFiles.Read(saved, keys.Kernel?.Value));
        return layout with { Settings = keys.ApplyTo(layout.Settings, layout.Release) };
    }

    /// <summary>Reads what a captured machine's log and firmware tell.</summary>
    /// <param name="kernel">Named by the user; stands in for a banner that the log has lost, as the version that was
    /// saved beside it does.</param>
    /// <exception cref="InputException">They cannot be read.</exception>
    public static MachineDescription Describe(CapturedMachine captured, string? kernel = null)
    {
        var log = Path.Combine(captured.Folder, Dmesg);
        var version = SavedFiles.VersionIn(Path.Combine(captured.Folder, "version.txt"));
        var reading = DmesgReader.Read(ScenarioLoader.ReadWhole(log), log, captured.Name, version ?? kernel);
        if (reading.Machine is not { } machine || !reading.Problems.IsEmpty) throw new InputException(reading.Problems);
        return machine with { Slit = ReadSlit(captured.Folder) };
    }

    /// <summary>The SLIT that was saved in a folder; null when none was.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    internal static SlitTable? ReadSlit(string folder)
    {
        var table = Path.Combine(folder, Slit);
        if (!ScenarioLoader.Exists(table)) return null;
        var slit = HexTableReader.ReadSlit(ScenarioLoader.ReadWhole(table), table, out var problems);
        return problems.IsEmpty ? slit : throw new InputException(problems);
    }
}
