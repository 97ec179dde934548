using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Firmware;
using Numa.Core.Kernels;

namespace Numa.Core.Text;

/// <summary>Reads the log of a kernel's boot.</summary>
/// <remarks>Formats: 3.10 to 6.12, as printed by dmesg, dmesg -T, journalctl -k or a serial console. Lines that say
/// nothing about memory, nodes or CPUs are passed over. Source: the kernel's own printk formats.</remarks>
public static class DmesgReader
{
    private const string Banner = KernelLog.Banner;

    /// <param name="text">The whole log.</param>
    /// <param name="file">Name of the file for problems.</param>
    /// <param name="name">Name of the machine.</param>
    /// <param name="version">The kernel's version, for a log whose beginning is lost; null when nobody knows.</param>
    public static DmesgReading Read(string text, string file, string name, string? version = null)
    {
        var log = new DmesgProblems(file);
        var facts = new DmesgFacts();
        var early = new MemblockLog();
        var boot = KernelLog.Read(text);
        foreach (var line in boot.Lines)
        {
            if (!ReadLine(line, facts, log) && !early.Read(line, log)) ReservationLines.Read(line, facts);
        }

        facts.BannerIsLost = facts.Version.Length == 0 && (facts.SawMap || facts.NodeRanges.Count > 0);
        if (facts.BannerIsLost) facts.Version = version ?? "";
        return new(Describe(name, facts, early, log, boot), log.All);
    }

    private static bool ReadLine(KernelLogLine line, DmesgFacts facts, DmesgProblems log)
    {
        var text = line.Text;
        if (text.StartsWith(Banner, StringComparison.Ordinal))
        {
            var rest = text.AsSpan(Banner.Length);
            var end = rest.IndexOf(' ');
            facts.Version = (end < 0 ? rest : rest[..end]).ToString();
            facts.BannerLine = line;
            return true;
        }

        if (text.StartsWith("Command line: ", StringComparison.Ordinal))
        {
            facts.CommandLine = text["Command line: ".Length..];
            return true;
        }

        // Printed a second time, once memory is set up.
        if (facts.CommandLine.Length == 0 && text.StartsWith("Kernel command line: ", StringComparison.Ordinal))
            facts.CommandLine = text["Kernel command line: ".Length..];
        if (text.StartsWith("Built ", StringComparison.Ordinal)) facts.ZonelistBuilds++;
        if (text.EndsWith(" printk messages dropped **", StringComparison.Ordinal)) facts.LostMessages += Dropped(text);
        return E820Lines.Read(line, facts, log)
            || NodeLines.Read(line, facts, log)
            || CpuLines.Read(line, facts, log)
            || FreeingLines.Read(line, facts, log);
    }

    /// <summary>Reads <c>** 123 printk messages dropped **</c>.</summary>
    private static long Dropped(string text)
    {
        var scan = new LogScanner(text);
        return scan.TrySkip("** ") && scan.TryNumber(out var count) && count > 0 ? count : 0;
    }

    private static List<E820Entry> MapOf(IEnumerable<NodeBlock> ranges) =>
        [.. ranges.Select(range => E820Entry.Between(range.Start, range.End, E820Type.Usable))];

    private static SratTable SratOf(IEnumerable<NodeBlock> ranges) => new([],
        [.. ranges.Select(range => new SratMemory(
            range.Node, range.Node.Value, range.Start, range.End, Hotplug: false, NonVolatile: false))]);

    private static MachineDescription? Describe(
        string name, DmesgFacts facts, MemblockLog early, DmesgProblems log, KernelLog boot)
    {
        if (facts.Version.Length == 0)
        {
            log.AddWhole("NUMA202", facts.BannerIsLost
                ? "the beginning of this log is lost, and with it the kernel's version: name it with --kernel, or save "
                + "/proc/version beside it as version.txt"
                : boot.LastLine > 1 && boot.HasStamps
                ? "the beginning of this log is lost: a boot begins with 'Linux version'. The kernel's buffer was too "
                + "small: take the boot from 'journalctl -k -b', boot with log_buf_len=4M and save dmesg again, or use "
                + "a saved /proc/zoneinfo as the machine"
                : "no line begins with 'Linux version': the start of the boot is missing, or this is no kernel log");
            return null;
        }

        var release = KernelRelease.Find(facts.Version, out var exact);
        if (release is null)
        {
            log.Add(facts.BannerLine, Banner.Length, "NUMA203",
                $"kernel '{facts.Version}' is not known; expected {KernelRelease.Known[0].Name} or later");
            return null;
        }

        var map = facts.BeginningIsLost ? MapOf(facts.NodeRanges)
            : facts.UserMap.Count > 0 ? facts.UserMap : facts.FirmwareMap;
        if (!map.Any(entry => entry.IsMemory))
        {
            log.AddWhole("NUMA205", "no BIOS-e820 line names usable memory: the start of the boot is missing");
            return null;
        }

        var isCut = !facts.LateFrees.Any(free => free.Kind >= LateFreeKind.Init);
        var logged = early.Steps();
        // Half of what early boot took is worse than an estimate of all of it.
        var isHalf = isCut && !logged.IsEmpty && !facts.SawMemoryReport;
        ImmutableArray<EarlyStep> steps = facts.BeginningIsLost || isHalf ? [] : logged;
        var notes = Notes(facts, boot, isCut, isHalf).ToList();
        if (!exact) notes.Add($"Kernel {facts.Version} is not known; the rules of {release.Name} stand in.");
        if (KernelRelease.NoteOf(facts.Version) is { } note) notes.Add(note);
        return new()
        {
            Name = name,
            Release = release,
            Version = facts.Version,
            CommandLine = facts.CommandLine,
            MemoryMap = [.. map],
            IsUserMap = facts.UserMap.Count > 0,
            MapEdits = facts.BeginningIsLost ? [] : [.. facts.MapEdits],
            IsMapOfNodeRanges = facts.BeginningIsLost,
            HasFiveLevels = facts.ArchitectureEnd > E820Map.MaxArchFrames,
            Srat = facts.BeginningIsLost ? SratOf(facts.NodeRanges) : new([.. facts.Cpus], [.. facts.Memory]),
            FakeNodes = facts.BeginningIsLost ? [] : [.. facts.FakeNodes],
            CpuCount = facts.OnlineCpus > 0 ? facts.OnlineCpus : facts.AllowedCpus,
            AnnouncedCpus = facts.AnnouncedCpus.ToImmutable(),
            Steps = steps,
            Reported = [.. facts.Reported],
            PagesPerCpu = facts.PagesPerCpu,
            BootServices = [.. early.BootServices],
            RamDisk = facts.RamDisk,
            KernelImage = steps.IsEmpty ? EarlyEstimate.PlaceImage(facts.Image) : early.PlaceImage(facts.Image),
            LateFrees = [.. facts.LateFrees],
            Settings = BootParameters.Apply(facts.CommandLine, new()),
            Notes = [.. notes],
        };
    }

    /// <summary>What the log lacks, for people.</summary>
    /// <param name="isCut">It ends before the kernel had freed its init memory.</param>
    /// <param name="isHalf">It ends within early memory.</param>
    private static IEnumerable<string> Notes(DmesgFacts facts, KernelLog boot, bool isCut, bool isHalf)
    {
        if (isCut && !facts.SawMemoryReport && facts.NodeRanges.Count == 0)
        {
            yield return $"The log ends at line {boot.LastLine}, before the kernel has listed its nodes' memory: "
                + "nodes and CPUs that it would have named are missing.";
        }
        else if (isCut)
        {
            yield return $"The log ends at line {boot.LastLine}, before the kernel freed its init memory: what was "
                + "freed from there on is missing from managed pages. No mark depends on it.";
        }

        if (boot.SecondBoot is { } second)
            yield return $"Another boot begins at line {second}; only the first is read.";
        if (facts.BannerIsLost && !facts.BeginningIsLost)
            yield return $"The first line of this log is lost; the kernel is taken to be {facts.Version}.";
        if (facts.BeginningIsLost)
        {
            yield return "The beginning of this log is lost: memory is that of its 'Early memory node ranges', and "
                + "what early boot took is estimated, whatever was logged.";
            if (BootParameters.Find(facts.CommandLine, "movable_node") is not null)
                yield return "Which memory can be unplugged is lost, too: there are no Movable zones for movable_node.";
        }

        if (facts.LostMessages > 0)
        {
            yield return $"{facts.LostMessages} messages of this log were lost: "
                + "what they told of the machine is missing.";
        }

        if (facts.ZonelistBuilds > 1)
        {
            yield return "Zonelists were built again after boot, as when memory comes online: "
                + "the machine is taken as it was at boot.";
        }

        if (isHalf)
        {
            yield return "The log ends before the kernel reported its memory: "
                + "what early boot took is estimated, whatever was logged.";
        }
    }
}
