using System.Runtime.CompilerServices;

namespace Numa.Core.Time;

/// <summary>A moment of virtual time.</summary>
/// <remarks>Unit: nanoseconds since the simulated machine was handed over to its workloads. Integer ticks.</remarks>
public readonly record struct VirtualInstant(long Nanoseconds) : IComparable<VirtualInstant>
{
    public static readonly VirtualInstant Zero = new(0);

    /// <summary>Earlier than anything that happens.</summary>
    public static readonly VirtualInstant BeforeAll = new(-1);

    /// <summary>Later than anything that happens.</summary>
    public static readonly VirtualInstant Never = new(long.MaxValue);

    public int CompareTo(VirtualInstant other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public static VirtualInstant Min(VirtualInstant a, VirtualInstant b) => a < b ? a : b;

    public static VirtualInstant Max(VirtualInstant a, VirtualInstant b) => a > b ? a : b;

    /// <summary>Never plus anything stays Never.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VirtualInstant operator +(VirtualInstant instant, VirtualDuration duration) =>
        instant == Never ? Never : new(instant.Nanoseconds + duration.Nanoseconds);

    public static VirtualDuration operator -(VirtualInstant end, VirtualInstant start) =>
        new(end.Nanoseconds - start.Nanoseconds);

    public static bool operator <(VirtualInstant a, VirtualInstant b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(VirtualInstant a, VirtualInstant b) => a.Nanoseconds > b.Nanoseconds;

    public static bool operator <=(VirtualInstant a, VirtualInstant b) => a.Nanoseconds <= b.Nanoseconds;

    public static bool operator >=(VirtualInstant a, VirtualInstant b) => a.Nanoseconds >= b.Nanoseconds;

    public override string ToString() => this == Never ? "never" : $"{Nanoseconds} ns";
}
