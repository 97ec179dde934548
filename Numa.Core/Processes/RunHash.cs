using System.Buffers.Binary;
using System.Security.Cryptography;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <summary>One number for everything that a run left behind: equal hashes mean equal runs.</summary>
/// <remarks>SHA-256 over, in this order: for every zone by slot its free lists (order, migratetype, head to tail), its
/// folded counters and its ledger (CPU, cause, sums); for every CPU by number its clock, counters, and pagesets by
/// zone, order and migratetype; for every task by number its live blocks. Numbers are 64 bit, little endian.</remarks>
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
            if (!placementOnly) hash.AddLedger(zone);
        }

        foreach (var cpu in cpus)
        {
            if (!placementOnly) hash.AddCounters(cpu);
            hash.AddPagesets(cpu);
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
        foreach (var (cpu, kind, sums) in zone.Ledger.Cells())
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
