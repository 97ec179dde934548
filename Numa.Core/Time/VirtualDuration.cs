namespace Numa.Core.Time;

/// <summary>A span of virtual time.</summary>
/// <remarks>Unit: nanoseconds, integer ticks.</remarks>
public readonly record struct VirtualDuration(long Nanoseconds) : IComparable<VirtualDuration>
{
    public static readonly VirtualDuration Zero = new(0);

    public int CompareTo(VirtualDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public static VirtualDuration operator +(VirtualDuration a, VirtualDuration b) =>
        new(a.Nanoseconds + b.Nanoseconds);

    public static bool operator <(VirtualDuration a, VirtualDuration b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(VirtualDuration a, VirtualDuration b) => a.Nanoseconds > b.Nanoseconds;

    public override string ToString() => $"{Nanoseconds} ns";
}
