using Numa.Core.Diagnostics;
using Numa.Core.Time;

namespace Numa.Benchmarks.Engine;

/// <summary>REF-1 and nothing else: page lists, buddy lists, a lock for each zone, a watermark. What a program of this
/// kind can reach.</summary>
/// <remarks>No migratetypes, no counters, no orders of zonelists, no cost model, no time.</remarks>
internal sealed class MinimalReference
{
    /// <summary>Operations of a CPU in a row, as in <see cref="LockedLoop"/>.</summary>
    private const int Quantum = 256;

    private const int ZonesPerNode = 2;

    private readonly MinimalZone[] _zones;
    private readonly MinimalCpu[] _cpus;
    private readonly long _operationsPerCpu;
    private readonly long _pages;

    public MinimalReference(Load load)
    {
        Invariant.Holds(load.Kind is LoadKind.Order0 or LoadKind.Mixed);
        var largest = 1 << MinimalBuddy.MaxOrder;
        var pages = (int)(load.MemoryPerNode.Pages.Value / ZonesPerNode) / largest * largest;
        _zones = [.. Enumerable.Range(0, load.Nodes * ZonesPerNode).Select(_ => new MinimalZone(pages))];
        _pages = (long)pages * _zones.Length;
        var each = load.Cpus / load.Nodes;
        _cpus =
        [
            .. Enumerable.Range(0, load.Cpus).Select(cpu => new MinimalCpu(
                _zones, WalkFrom(cpu / each, load.Nodes), load.Kind == LoadKind.Mixed,
                new SeedTree(1).Child(cpu).Random())),
        ];
        _operationsPerCpu = load.OperationsPerCpu;
    }

    /// <returns>Operations.</returns>
    public long Run()
    {
        for (var left = _operationsPerCpu; left > 0; left -= Quantum)
        {
            var operations = (int)Math.Min(left, Quantum);
            foreach (var cpu in _cpus) cpu.Toggle(operations);
        }

        Invariant.Holds(_cpus.All(cpu => cpu.Refusals == 0));
        Invariant.Holds(_zones.Sum(zone => (long)zone.Buddy.Free) + _cpus.Sum(cpu => cpu.Pages) == _pages);
        return _operationsPerCpu * _cpus.Length;
    }

    private static int[] WalkFrom(int node, int nodes) =>
    [
        .. Enumerable.Range(0, nodes).Select(step => (node + step) % nodes)
            .SelectMany(near => new[] { near * ZonesPerNode + 1, near * ZonesPerNode }),
    ];
}
