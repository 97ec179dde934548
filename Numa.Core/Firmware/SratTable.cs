using System.Collections.Immutable;
using Numa.Core.Addressing;

namespace Numa.Core.Firmware;

/// <summary>A CPU's place: its APIC, the proximity domain that holds it, and the node that Linux made of the
/// domain.</summary>
public readonly record struct SratCpu(int ProximityDomain, uint Apic, NodeId Node);

/// <summary>A range of memory and its node.</summary>
/// <remarks>Unit: bytes. Shape: [Start, End).</remarks>
public readonly record struct SratMemory(
    NodeId Node, int ProximityDomain, ulong Start, ulong End, bool Hotplug, bool NonVolatile);

/// <summary>Which CPUs and which memory belong together, as the firmware says it.</summary>
/// <remarks>Source: ACPI 6.5 section 5.2.16 (SRAT).</remarks>
/// <param name="Cpus">In the order of the table.</param>
/// <param name="Memory">In the order of the table.</param>
public sealed record SratTable(ImmutableArray<SratCpu> Cpus, ImmutableArray<SratMemory> Memory)
{
    public static readonly SratTable Empty = new([], []);

    /// <summary>Nodes of the CPUs, by CPU number, if the firmware lists its CPUs in one order everywhere.</summary>
    /// <remarks>Linux numbers CPUs as it meets their APICs in another table, the MADT, with the boot CPU as
    /// 0.</remarks>
    public ImmutableArray<NodeId> NodesByCpuNumber => [.. Cpus.Select(cpu => cpu.Node)];

    /// <summary>The node of each proximity domain.</summary>
    public ImmutableSortedDictionary<int, NodeId> NodeOfDomain
    {
        get
        {
            var nodes = ImmutableSortedDictionary.CreateBuilder<int, NodeId>();
            foreach (var cpu in Cpus) nodes.TryAdd(cpu.ProximityDomain, cpu.Node);
            foreach (var memory in Memory) nodes.TryAdd(memory.ProximityDomain, memory.Node);
            return nodes.ToImmutable();
        }
    }
}
