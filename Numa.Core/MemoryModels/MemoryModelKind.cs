namespace Numa.Core.MemoryModels;

/// <summary>How the kernel finds the descriptor of a page.</summary>
/// <remarks>Source: Linux Documentation/mm/memory-model.rst.</remarks>
public enum MemoryModelKind
{
    /// <summary>One virtual array, filled where sections of 128 MiB hold memory (SPARSEMEM_VMEMMAP).</summary>
    Sparse,

    /// <summary>One array from the first page to the last, holes included (FLATMEM).</summary>
    Flat,

    /// <summary>One array for each node, holes within the node included (DISCONTIGMEM).</summary>
    Discontiguous,
}
