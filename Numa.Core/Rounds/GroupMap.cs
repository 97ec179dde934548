namespace Numa.Core.Rounds;

/// <summary>Which group carries each CPU and each zone. Any partition gives the same run.</summary>
/// <param name="OfCpu">Shape: index = CPU number, value = group number.</param>
/// <param name="OfZone">Shape: index = slot of the zone, value = group number.</param>
public sealed record GroupMap(int[] OfCpu, int[] OfZone)
{
    public int Count { get; } = OfCpu.Concat(OfZone).DefaultIfEmpty(-1).Max() + 1;

    /// <summary>Every CPU and zone in one group.</summary>
    public static GroupMap Single(int cpus, int zones) => new(new int[cpus], new int[zones]);

    /// <summary>Every CPU and every zone is a group of its own: CPUs first, then zones.</summary>
    public static GroupMap Apart(int cpus, int zones) =>
        new([.. Enumerable.Range(0, cpus)], [.. Enumerable.Range(cpus, zones)]);
}
