using System.Buffers.Binary;
using System.Security.Cryptography;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <summary>One number for everything that a run left behind: equal hashes mean equal runs.</summary>
/// <remarks>SHA-256 over, in this order: for every zone by slot its free lists (order, migratetype, head to tail), its
/// LRU if a page ever came to it, its folded counters and its ledgers (CPU, cause, sums); for every CPU by number its
/// clock, counters, pagesets by zone, order and migratetype, and pages on the way to or from an LRU; for every task by
/// number its live blocks, and its pages of either LRU type if it got any. Numbers are 64 bit, little
/// endian.</remarks>
public sealed class RunHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[8192];
    private int _filled;

    /// <returns>64 hex digits.</returns>
    public static string Of(
        IEnumerable<ZoneProcess> zones, IEnumerable<CpuProcess> cpus, IEnumerable<SimulatedTask> tasks) =>
        Of(zones, cpus, tasks, placementOnly: false);

    /// <summary>Only where every page ended: free lists, pagesets and live blocks, without counters and
    /// times.</summary>
    /// <returns>64 hex digits.</returns>
    public static string OfPlacement(
        IEnumerable<ZoneProcess> zones, IEnumerable<CpuProcess> cpus, IEnumerable<SimulatedTask> tasks) =>
        Of(zones, cpus, tasks, placementOnly: true);

    private static string Of(
        IEnumerable<ZoneProcess> zones, IEnumerable<CpuProcess> cpus, IEnumerable<SimulatedTask> tasks,
        bool placementOnly)
    {
        using var hash = new RunHash();
        foreach (var zone in zones)
        {
            hash.AddLists(zone);
            hash.AddLru(zone, placementOnly);
            if (placementOnly) continue;
            hash.AddLedger(zone);
        }

        foreach (var cpu in cpus)
        {
            if (!placementOnly) hash.AddCounters(cpu);
            hash.AddPagesets(cpu);
            foreach (var page in cpu.OffLru) hash.Add(page.Frame);
        }

        foreach (var task in tasks) hash.Add(task);
        return hash.Finish();
    }

    public void Dispose() => _hash.Dispose();

    private void AddLists(ZoneProcess zone)
    {
        Add(zone.Slot);
        for (var order = 0; order < Order.Count; order++)
        {
            for (var type = Migratetype.Unmovable; type <= Migratetype.Isolate; type++)
            {
                Add(((long)order << 8) | (long)type);
                foreach (var frame in zone.Zone.FreeList(order, type)) Add(frame);
            }
        }
    }

    private void AddLedger(ZoneProcess zone)
    {
        Add(zone.Latest.Folded);
        Add(zone.Latest.FairBatch);
        Add(zone.Ledger);
        if (zone.LruLedger is { } lru) Add(lru);
    }

    /// <summary>An LRU that no page ever came to says nothing.</summary>
    private void AddLru(ZoneProcess zone, bool placementOnly)
    {
        if (zone.Lru is not { IsUnused: false } lru) return;
        if (placementOnly)
        {
            foreach (var page in lru.Pages()) Add(page.Frame);
            return;
        }

        foreach (var number in lru.State()) Add(number);
    }

    private void Add(ZoneLedger ledger)
    {
        foreach (var (cpu, kind, sums) in ledger.Cells())
        {
            Add(((long)cpu << 8) | (long)kind);
            Add(sums.Visits);
            Add(sums.Refused);
            Add(sums.Pages);
            Add(sums.Wait);
            Add(sums.Hold);
            Add(sums.Arrivals);
        }
    }

    private void AddCounters(CpuProcess cpu)
    {
        Add(cpu.Now.Nanoseconds);
        Add(cpu.Counters.Operations);
        Add(cpu.Counters.Fallbacks);
        Add(cpu.Counters.Failures);
    }

    private void AddPagesets(CpuProcess cpu)
    {
        foreach (var zone in cpu.Zones)
        {
            // A pageset that was only looked at holds nothing, and says nothing of where pages are.
            if (zone is null || zone.Pageset.Count == 0) continue;
            Add(zone.Slot);
            Add(zone.Pageset.Count);
            for (var order = 0; order < Order.Count; order++)
            {
                for (var type = Migratetype.Unmovable; type <= Migratetype.Reclaimable; type++)
                {
                    if (!Pageset.Holds(cpu.Release, order)) continue;
                    foreach (var frame in zone.Pageset.List(order, type)) Add(frame);
                }
            }
        }
    }

    private void Add(SimulatedTask task)
    {
        Add(task.Id.Value);
        foreach (var block in task.KeptBlocks()) Add(unchecked((long)block.Packed));
        if (task.AnonymousPages + task.FilePages == 0) return;
        Add(task.AnonymousPages);
        Add(task.FilePages);
    }

    private void Add(long value)
    {
        if (_filled == _buffer.Length) Flush();
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_filled), value);
        _filled += sizeof(long);
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _filled);
        _filled = 0;
    }

    private string Finish()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }
}
