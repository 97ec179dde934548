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

    /// <summary>Alignment within the image: between its parts and around the bss. Measured: 3.9 to 4.6 MiB.</summary>
    private const ulong Gaps = 4ul << 20;

    /// <summary>Page tables right behind the image.</summary>
    private const ulong FirstTables = 17 << PageFrameNumber.PageShift;

    public static void Reserve(Memblock memblock, MachineDescription machine, List<string> notes)
    {
        memblock.Reserve(0, machine.Release.ReservesFirstMiB ? FirstMiB : LowPages);
        var image = machine.KernelImage;
        if (image.Start == 0) memblock.Reserve(KernelStart, KernelStart + KernelSize);
        else memblock.Reserve(image.Start, image.End + FirstTables);
        if (machine.RamDisk is { } disk) memblock.Reserve(disk.Start, disk.End);
        foreach (var late in machine.LateRanges) memblock.Reserve(late.Start, late.End);
        foreach (var told in machine.Reported.OfType<EarlyStep.Reserve>()) memblock.Reserve(told.Start, told.End);
        ReserveDescriptors(memblock, machine, notes);
        foreach (var told in machine.Reported.OfType<EarlyStep.Allocate>()) memblock.TryAllocate(told.Request, out _);
        ReservePerCpu(memblock, machine);
        if (!machine.Managed.IsEmpty) return;
        var size = image.Start == 0 ? "a kernel of 32 MiB" : $"a kernel of {(image.End - image.Start) >> 20} MiB";
        var architecture = machine.Release.Architecture;
        var place = architecture.MappedEnd is null ? "on its node" : "in memory that the kernel maps";
        notes.Add($"What early boot reserved is estimated: low memory, {size} at 16 MiB and "
            + $"{architecture.DescriptorBytes} bytes for each page {place}. Managed pages differ from a real boot's.");
    }

    /// <summary>An image whose parts are known, where it lies unless its base is random.</summary>
    /// <remarks>Code and read-only data end at borders of 2 MiB each, and so does the whole.</remarks>
    public static KernelImageSizes PlaceImage(KernelImageSizes sizes)
    {
        if (sizes.CodeKiB == 0 || sizes.BssKiB == 0) return sizes;
        var parts = LargePages(sizes.CodeKiB) + LargePages(sizes.ReadOnlyDataKiB)
            + Bytes(sizes.DataKiB + sizes.InitKiB + sizes.BssKiB) + Gaps;
        return sizes with
        {
            Start = KernelStart,
            End = KernelStart + ((parts + (LargePage / 2)) & ~(LargePage - 1)),
        };
    }

    /// <summary>Page descriptors: for whole sections where memory is present, near the top of its node.</summary>
    private static void ReserveDescriptors(Memblock memblock, MachineDescription machine, List<string> notes)
    {
        var nodes = NodeMemory.From(memblock.Memory);
        var model = MemoryModel.Of(machine.MemoryModel, nodes, machine.Release.HasSubsections,
            machine.Release.Architecture.DescriptorBytes);
        foreach (var node in model.Maps)
        {
            var bytes = (ulong)node.Pages.Bytes.Bytes;
            var size = (bytes + (LargePage - 1)) & ~(LargePage - 1);
            var fits = memblock.TryAllocate(new(size, LargePage, KernelStart, 0, node.Node, ExactNode: true), out _)
                || memblock.TryAllocate(new(bytes, 1ul << PageFrameNumber.PageShift, 0, 0, node.Node), out _);
            if (!fits) notes.Add($"Node {node.Node} has no room for the {bytes} bytes that describe its pages.");
        }
    }

    private static void ReservePerCpu(Memblock memblock, MachineDescription machine)
    {
        if (machine.PagesPerCpu == 0) return;
        var size = (ulong)machine.PagesPerCpu << PageFrameNumber.PageShift;
        var nodes = machine.Srat.NodesByCpuNumber;
        for (var cpu = 0; cpu < Math.Max(1, machine.CpuCount); cpu++)
        {
            NodeId? node = cpu < nodes.Length ? nodes[cpu] : null;
            memblock.TryAllocate(new(size, 1ul << PageFrameNumber.PageShift, KernelStart, 0, node), out _);
        }
    }

    private static ulong Bytes(long kib) => (ulong)kib << 10;

    private static ulong LargePages(long kib) => (Bytes(kib) + (LargePage - 1)) & ~(LargePage - 1);
}
