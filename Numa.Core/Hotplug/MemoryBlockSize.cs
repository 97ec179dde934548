using Numa.Core.Addressing;
using Numa.Core.MemoryModels;

namespace Numa.Core.Hotplug;

/// <summary>Size of the blocks in which memory goes online and offline.</summary>
/// <remarks>Source: <c>probe_memory_block_size</c>, Linux arch/x86/mm/init_64.c.</remarks>
public static class MemoryBlockSize
{
    /// <summary>A section, the smallest block: 128 MiB.</summary>
    public static readonly PageCount Section = new(SparseModel.SectionFrames);

    private static readonly PageCount Largest = new(Section.Value << 4);

    /// <summary>End of boot memory from which larger blocks are used: 64 GiB.</summary>
    private const long LargeMachine = 1L << 24;

    /// <summary>The blocks of a range, ascending.</summary>
    public static IEnumerable<PageRange> BlocksOf(PageRange range, PageCount size)
    {
        for (var start = range.Start; start < range.End; start += size) yield return new(start, start + size);
    }

    /// <param name="bootEnd">First frame after all memory of boot.</param>
    /// <param name="isVirtual">The kernel runs under a hypervisor: no block may cross the end of boot memory.</param>
    public static PageCount For(PageFrameNumber bootEnd, bool isVirtual)
    {
        if (bootEnd.Value < LargeMachine) return Section;
        var size = Largest.Value;
        while (isVirtual && size > Section.Value && bootEnd.Value % size != 0) size >>= 1;
        return new(size);
    }
}
