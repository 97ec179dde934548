using Numa.Core.Addressing;
using Numa.Core.MemoryModels;

namespace Numa.Core.Boot;

/// <summary>What early boot takes on a machine whose boot was not logged: an estimate from its known big
/// parts.</summary>
public static class EarlyEstimate
{
    private const ulong LowPages = 64ul << 10;
    private const ulong FirstMiB = 1ul << 20;
    private const ulong KernelStart = 16ul << 20;
    private const ulong KernelSize = 32ul << 20;
    private const ulong LargePage = 2ul << 20;

    public static void Reserve(Memblock memblock, MachineDescription machine, List<string> notes)
    {
        memblock.Reserve(0, machine.Release.ReservesFirstMiB ? FirstMiB : LowPages);
        memblock.Reserve(KernelStart, KernelStart + KernelSize);
        if (machine.RamDisk is { } disk) memblock.Reserve(disk.Start, disk.End);
        foreach (var late in machine.LateRanges) memblock.Reserve(late.Start, late.End);
        var nodes = NodeMemory.From(memblock.Memory);
        var model = MemoryModel.Of(machine.MemoryModel, nodes, machine.Release.HasSubsections);
        foreach (var node in model.Maps)
        {
            var bytes = (ulong)node.Pages.Bytes.Bytes;
            var size = (bytes + (LargePage - 1)) & ~(LargePage - 1);
            var fits = memblock.TryAllocate(new(size, LargePage, KernelStart, 0, node.Node, ExactNode: true), out _)
                || memblock.TryAllocate(new(bytes, 1ul << PageFrameNumber.PageShift, 0, 0, node.Node), out _);
            if (!fits) notes.Add($"Node {node.Node} has no room for the {bytes} bytes that describe its pages.");
        }

        if (machine.Managed.IsEmpty)
        {
            notes.Add("What early boot reserved is estimated: low memory, a kernel of 32 MiB at 16 MiB and 64 bytes "
                + "for each page on its node. Managed pages differ from a real boot's.");
        }
    }
}
