using Numa.Core.Time;

namespace Numa.Core.Processes;

/// <summary>A visit's place in the order of service, kept after the visit has gone back to its CPU.</summary>
public readonly record struct ZoneVisitKey(VirtualInstant Arrival, ulong Tie, int Cpu, long Sequence)
    : IComparable<ZoneVisitKey>
{
    public ZoneVisitKey(ZoneVisit visit)
        : this(visit.Arrival, visit.Tie, visit.Cpu, visit.Sequence)
    {
    }

    public int CompareTo(ZoneVisitKey other)
    {
        var byArrival = Arrival.CompareTo(other.Arrival);
        if (byArrival != 0) return byArrival;
        var byTie = Tie.CompareTo(other.Tie);
        if (byTie != 0) return byTie;
        var byCpu = Cpu.CompareTo(other.Cpu);
        return byCpu != 0 ? byCpu : Sequence.CompareTo(other.Sequence);
    }
}
