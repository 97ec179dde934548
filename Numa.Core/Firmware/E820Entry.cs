namespace Numa.Core.Firmware;

/// <summary>One range of the firmware's memory map.</summary>
/// <remarks>Unit: bytes. Shape: [Start, Start + Size).</remarks>
public readonly record struct E820Entry(ulong Start, ulong Size, E820Type Type)
{
    /// <summary>The range runs past the last address.</summary>
    public bool Wraps => Size != 0 && Start > ulong.MaxValue - (Size - 1);

    /// <summary>First address after the range; the last address there is, for a range that touches it.</summary>
    public ulong End => Start > ulong.MaxValue - Size ? ulong.MaxValue : Start + Size;

    /// <summary>Memory that memblock takes up: RAM and what the kernel set aside in it.</summary>
    public bool IsMemory => Type is E820Type.Usable or E820Type.KernelReserved;

    public static E820Entry Between(ulong start, ulong end, E820Type type) => new(start, end - start, type);

    public override string ToString() => $"[mem 0x{Start:x16}-0x{End - 1:x16}] {E820Words.WordFor(Type)}";
}
