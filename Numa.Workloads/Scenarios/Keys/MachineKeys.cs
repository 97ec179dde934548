using Numa.Core.Addressing;
using Numa.Core.Nodes;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Keys of a machine file, and of a machine that is written into a scenario.</summary>
public static class MachineKeys
{
    private const string MovableZones = "Linux Documentation/admin-guide/kernel-parameters.txt";

    /// <summary>Managed pages by zone.</summary>
    public static KeyTable Managed { get; } = new("managed", "Pages that each zone of the node manages.",
    [
        .. Vocabulary.Zones.Select(zone => new Key(
            zone, Shape.Whole(0, AddressRanges.MaxBytes >> PageFrameNumber.PageShift),
            $"Managed pages of the node's {zone} zone. Unit: pages of 4 KiB.") { LeftOut = "no such pages" }),
    ]);

    public static KeyTable Node { get; } = new("node", "One node: its memory and its CPUs.",
    [
        new("id", Shape.Whole(0, NodeId.MaxCount - 1), "Number of the node, where numbers have gaps; ascending.")
        { LeftOut = "one more than the last, from 0" },
        new("memory", Shape.Size, "Installed memory.") { LeftOut = "needed, unless the machine has e820" },
        new("cpus", Shape.Cpus, "CPUs of the node: 0-3,8, or none.") { Default = "none" },
        new("managed", Shape.Mapping(Managed), "Pages that the node's zones manage, where they are known.")
        { LeftOut = "estimated" },
        new("ranges", Shape.Ranges, "Addresses of the node, where e820 says what lies there.")
        { LeftOut = "laid out by memory" },
    ]);

    /// <summary>Memory that is given back late, by the kernel's function that does.</summary>
    public static KeyTable LateFree { get; } = new("lateFree", "Memory that early boot holds and gives back late.",
    [
        new("efi_free_boot_services", Shape.Ranges, "Given back before the watermarks are computed.")
        { LeftOut = "nothing", Source = "Linux arch/x86/platform/efi/quirks.c" },
        new("swiotlb_exit", Shape.Ranges, "Given back after the watermarks are computed.")
        { LeftOut = "nothing", Source = "Linux kernel/dma/swiotlb.c" },
    ]);

    public static KeyTable Table { get; } = new("machine", "A machine: nodes, distances, memory, and what boots on it.",
    [
        new(Key.Extends, Shape.Text,
            "Path of a machine file, from this file on, of which this one says the differences: mappings merge key by "
            + "key, lists and values replace, ~ takes a key away. name and about are not passed on."),
        new("name", Shape.Text, "Name in reports.") { LeftOut = "the name of the file" },
        new("about", Shape.Text, "A text for people."),
        new("nodes", Shape.List(Shape.Mapping(Node), least: 1), "The nodes, from 0 on.") { IsRequired = true },
        new("distances", Shape.List(Shape.List(Shape.Whole(NodeDistances.Local, DistanceReader.Largest))),
            "The SLIT: a row for each node, 10 for the node itself.")
        { LeftOut = "10 on the diagonal, 20 off it", Source = "ACPI 6.5, section 5.2.17" },
        .. BootKeyList.Keys,
        new("architecture", Shape.Word(Vocabulary.Architectures),
            "x86-32-pae has memory above 896 MiB in HighMem; up to 4.14, without hotplug.") { Default = "x86-64" },
        new("holes", Shape.Ranges, "Addresses without memory.") { LeftOut = "the usual hole below 4 GiB" },
        new("e820", Shape.Either(Shape.Text, Shape.List(Shape.Text)),
            "The firmware's memory map, lines as the kernel prints them; nodes then have ranges.")
        { LeftOut = "made of the nodes" },
        new("mtrr", Shape.Ranges, "Addresses that are cached write-back; RAM outside is given up.")
        { LeftOut = "all RAM is used", Source = "Linux arch/x86/kernel/cpu/mtrr/cleanup.c" },
        new("lateFree", Shape.Mapping(LateFree), "Memory that early boot holds and gives back late, above 48MiB.")
        { LeftOut = "nothing" },
        new("kernelcore", Shape.Size, "Memory outside the Movable zones, spread over the nodes.")
        { LeftOut = "no Movable zone", Source = MovableZones },
        new("movablecore", Shape.Size, "Memory in the Movable zones, spread over the nodes.")
        { LeftOut = "no Movable zone", Source = MovableZones },
    ]);
}
