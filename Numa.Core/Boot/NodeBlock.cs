using Numa.Core.Addressing;

namespace Numa.Core.Boot;

/// <summary>A range of physical addresses that belongs to a node, whether or not all of it is memory.</summary>
/// <remarks>Unit: bytes. Shape: [Start, End). Source: <c>struct numa_memblk</c>, Linux arch/x86/mm/numa.c.</remarks>
public readonly record struct NodeBlock(NodeId Node, ulong Start, ulong End);
