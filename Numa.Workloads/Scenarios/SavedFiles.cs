using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads a saved /proc/zoneinfo and what lies beside it: buddyinfo, nodes, version, SLIT.</summary>
internal static partial class SavedFiles
{
    public const string Zoneinfo = "zoneinfo";

    /// <summary>Every zoneinfo begins with its first zone.</summary>
    public static bool IsZoneinfo(string text) => text.StartsWith("Node 0, zone ", StringComparison.Ordinal);

    /// <param name="kernel">Named by the user; null to take the version that was saved too.</param>
    /// <param name="text">The file's text, if it was read already.</param>
    /// <exception cref="InputException">A file cannot be read; all problems are in it.</exception>
    public static SavedMachine Read(SavedMachineFile file, KernelRelease? kernel, string? text = null)
    {
        var (zones, problems) = ZoneinfoReader.Read(file.Path, text ?? ScenarioLoader.ReadWhole(file.Path));
        var notes = ImmutableArray.CreateBuilder<string>();
        var found = new List<Problem>(problems);
        var release = kernel ?? Release(file, notes, found);
        // Only kernels of 32 bit have HighMem.
        if (zones.Any(zone => zone.Id.Kind == ZoneKind.HighMem))
            release = release is null ? null : On32Bit(release, file, found);
        var blocks = Beside(file, "buddyinfo") is { } buddyinfo
            ? Take(BuddyinfoReader.Read(buddyinfo, ScenarioLoader.ReadWhole(buddyinfo), out var wrong), wrong, found)
            : ImmutableDictionary<ZoneId, ImmutableArray<long>>.Empty;
        ImmutableArray<NodeId> online = [.. zones.Select(zone => zone.Id.Node).Distinct().Order()];
        NodeListing? nodes = Beside(file, "nodes") is { } listing
            // Half a zoneinfo tells nothing of which nodes are online.
            ? Take(NodeListing.Read(listing, ScenarioLoader.ReadWhole(listing), out wrong,
                problems.IsEmpty ? online : null), wrong, found)
            : null;
        ImmutableArray<ZoneinfoZone> populated = [.. zones.Where(zone => zone.IsPopulated)];
        if (populated.IsEmpty && found.Count == 0)
            found.Add(new(new(file.Path, 0, 0), ProblemCodes.Memory, "no zone has memory"));
        found.AddRange(populated.Where(zone => zone.Managed > zone.Present || zone.Present > zone.Spanned
            || zone.Free > zone.Present).Select(zone => new Problem(new(file.Path, 0, 0), ProblemCodes.Memory,
                $"zone {zone.Id}: found {zone.Free} free, {zone.Managed} managed, {zone.Present} present and"
                + $" {zone.Spanned} spanned pages; expected no more free or managed than present, no more present than"
                + " spanned")));
        if (found.Count > 0 || release is null) throw new InputException(found);

        if (release.KnowsZoneOrder && online.Length > 1)
        {
            notes.Add("The order of zonelists is not recorded; what the release takes by itself is used, and"
                + " --set zonelistOrder= chooses another.");
        }

        var cpus = Cpus(zones, online, nodes, notes);
        return new(file.Name, release,
            [.. populated.OrderBy(zone => zone.Id).Select(zone => Zone(zone) with
            {
                FreeBlocks = blocks.GetValueOrDefault(zone.Id, []),
            })],
            online, cpus, Distances(file, online, nodes, notes), notes.ToImmutable());
    }

    private static KernelRelease On32Bit(KernelRelease release, SavedMachineFile file, List<Problem> problems)
    {
        if (!release.IsKnownOn32Bit)
            problems.Add(new(new(file.Path, 0, 0), ProblemCodes.Conflict, MachineReader.UnknownOn32Bit(release)));
        return release with { Architecture = KernelArchitecture.X86Pae };
    }

    /// <summary>A zone as it was shown, its marks without boost.</summary>
    public static SavedZone Zone(ZoneinfoZone zone)
    {
        var boost = new PageCount(zone.Boost);
        return new(zone.Id, zone.Start, new(zone.Spanned), new(zone.Present), new(zone.Managed), new(zone.Free),
            new(zone.Marks.Min - boost, zone.Marks.Low - boost, zone.Marks.High - boost, zone.Marks.Promo - boost),
            zone.Protection);
    }

    private static KernelRelease? Release(
        SavedMachineFile file, ImmutableArray<string>.Builder notes, List<Problem> problems)
    {
        if (VersionBeside(file) is { } version && KernelRelease.Find(version, out var exact) is { } release)
        {
            if (!exact) notes.Add($"kernel {version}: the rules of {release.Name}, the nearest older, stand in");
            if (KernelRelease.NoteOf(version) is { } note) notes.Add(note);
            return release;
        }

        problems.Add(new(new(file.Path, 0, 0), ProblemCodes.MissingKey,
            "zoneinfo does not tell the kernel's version; expected /proc/version saved beside it, or a kernel named"
            + " with --kernel or in the scenario"));
        return null;
    }

    /// <summary>The kernel's version that was saved beside a zoneinfo; null when none was.</summary>
    public static string? VersionBeside(SavedMachineFile file) =>
        Beside(file, "version") is { } path ? VersionIn(path) : null;

    /// <summary>The kernel's version in a saved /proc/version, or what <c>uname -r</c> prints.</summary>
    /// <returns>Null when there is no such file, or no version in it.</returns>
    public static string? VersionIn(string path) =>
        ScenarioLoader.Exists(path) && Version().Match(ScenarioLoader.ReadWhole(path)) is { Success: true } match
            ? match.Value
            : null;

    /// <summary>As many CPUs as zoneinfo has pagesets, on the nodes that list them.</summary>
    private static CpuTopology Cpus(
        ImmutableArray<ZoneinfoZone> zones, ImmutableArray<NodeId> online, NodeListing? nodes,
        ImmutableArray<string>.Builder notes)
    {
        var count = Math.Max(1, zones.Max(zone => zone.Pagesets.Length));
        // What no listing tells is dealt out in runs, as machines number their CPUs.
        var dealt = Enumerable.Range(0, count).Select(cpu => online[cpu * online.Length / count]).ToArray();
        if (nodes is { Cpus.IsEmpty: false })
        {
            // Of fake nodes that list the same CPUs, the lowest has them.
            foreach (var (node, cpus) in nodes.Cpus.Where(listed => online.Contains(listed.Key)).Reverse())
            {
                foreach (var cpu in cpus.Where(cpu => cpu.Value < count)) dealt[cpu.Value] = node;
            }
        }
        else if (online.Length > 1)
        {
            notes.Add("Which node a CPU belongs to is not recorded; "
                + (count == 1 ? $"the one is on node {online[0]}." : $"{count} CPUs are dealt to the nodes in runs."));
        }

        return new([.. dealt]);
    }

    private static NodeDistances Distances(
        SavedMachineFile file, ImmutableArray<NodeId> online, NodeListing? nodes,
        ImmutableArray<string>.Builder notes)
    {
        if (nodes is { Distances.IsEmpty: false }) return nodes.Between(online);
        var count = online.Max(node => node.Value) + 1;
        if (MachineBoot.ReadSlit(Path.GetDirectoryName(file.Path) ?? "") is { } slit)
        {
            return slit.ToNodeDistances(
                count, Enumerable.Range(0, count).ToImmutableDictionary(node => node, node => new NodeId(node)));
        }

        if (count > 1) notes.Add("Distances of nodes are not recorded; 10 and 20 are taken.");
        return NodeDistances.Uniform(count);
    }

    /// <summary>The file of another name in the same place: <c>before.zoneinfo.txt</c> has
    /// <c>before.buddyinfo.txt</c>.</summary>
    private static string? Beside(SavedMachineFile file, string name)
    {
        var own = Path.GetFileName(file.Path);
        if (!own.Contains(Zoneinfo, StringComparison.Ordinal)) return null;
        var path = Path.Combine(Path.GetDirectoryName(file.Path) ?? "",
            own.Replace(Zoneinfo, name, StringComparison.Ordinal));
        return ScenarioLoader.Exists(path) ? path : null;
    }

    private static T Take<T>(T value, ImmutableArray<Problem> problems, List<Problem> found)
    {
        found.AddRange(problems);
        return value;
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?\S*")]
    private static partial Regex Version();
}
