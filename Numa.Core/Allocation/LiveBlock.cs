namespace Numa.Core.Allocation;

/// <summary>A block that a task holds, packed into eight bytes.</summary>
/// <remarks>Bits 0..39 first frame, 40..47 order, 48..63 slot of the zone. Tasks hold millions of these.</remarks>
public readonly record struct LiveBlock
{
    private const int OrderShift = 40;
    private const int ZoneShift = 48;
    private const ulong FrameMask = (1ul << OrderShift) - 1;

    private readonly ulong _packed;

    public LiveBlock(long frame, int order, int zone) =>
        _packed = unchecked(((ulong)frame & FrameMask) | ((ulong)order << OrderShift) | ((ulong)zone << ZoneShift));

    /// <summary>First frame.</summary>
    public long Frame => unchecked((long)(_packed & FrameMask));

    public int Order => unchecked((int)(_packed >> OrderShift) & 0xff);

    /// <summary>Position of the zone in the machine image.</summary>
    public int Zone => unchecked((int)(_packed >> ZoneShift));

    /// <summary>The block as one number, for hashing.</summary>
    public ulong Packed => _packed;

    public long Pages => 1L << Order;
}
