using System.Collections;
using System.Collections.Concurrent;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Time;

namespace Numa.Workloads.Replay;

/// <summary>What each allocation of a phase holds in the model, for whichever CPU frees it.</summary>
/// <remarks>CPUs are actors, and one may be ahead of another by the latency of a signal. So a CPU sees what another one
/// allocated from that much later on, and not before: which of them ran first changes nothing.</remarks>
/// <param name="allocations">Allocations of the phase.</param>
/// <param name="latency">Of a signal from one CPU to another.</param>
internal sealed class HeldBlocks(int allocations, VirtualDuration latency)
{
    private readonly Holding?[] _holdings = new Holding?[allocations];
    private readonly ConcurrentDictionary<long, Holding> _byFrame = [];

    /// <summary>Notes what an allocation holds from now on.</summary>
    public void Hold(int allocation, LiveBlock block, int cpu, VirtualInstant now)
    {
        var holding = new Holding(allocation, block, cpu, now);
        Invariant.Holds(_holdings[allocation] is null, "an allocation holds one block");
        Volatile.Write(ref _holdings[allocation], holding);
        _byFrame[block.Frame] = holding;
    }

    /// <summary>Notes a page that an allocation took of which the trace tells nothing.</summary>
    public void HoldUntraced(LiveBlock page, int cpu, VirtualInstant now) =>
        _byFrame[page.Frame] = new(ReplayRequest.Unseen, page, cpu, now);

    /// <summary>What an allocation holds, as a CPU may know it now; null for nothing.</summary>
    public Holding? Of(int allocation, int cpu, VirtualInstant now) =>
        Visible(Volatile.Read(ref _holdings[allocation]), cpu, now);

    /// <summary>The allocation that holds the block which begins with a frame; null for none.</summary>
    public Holding? At(long frame, int cpu, VirtualInstant now) =>
        Visible(_byFrame.GetValueOrDefault(frame), cpu, now);

    /// <summary>Every block that an allocation holds or held; when no CPU runs any more.</summary>
    public IEnumerable<Holding> All => _holdings.OfType<Holding>();

    private Holding? Visible(Holding? holding, int cpu, VirtualInstant now) =>
        holding is null || (holding.Cpu != cpu && holding.Since + latency > now) ? null : holding;
}

/// <summary>A block that an allocation holds until its last part is freed.</summary>
/// <param name="Cpu">Number of the CPU that allocated it.</param>
internal sealed record Holding(int Allocation, LiveBlock Block, int Cpu, VirtualInstant Since)
{
    private readonly Lock _lock = new();
    private BitArray? _freed;
    private long _held = Block.Pages;
    private long _until = VirtualInstant.Never.Nanoseconds;

    /// <summary>Pages that are not freed yet.</summary>
    public long Held => Volatile.Read(ref _held);

    public VirtualInstant Until => new(Volatile.Read(ref _until));

    /// <summary>Takes pages out, to be freed.</summary>
    /// <param name="within">Pages between the start of the block and the first to be freed.</param>
    /// <returns>False when it does not hold them all: a trace may free a page twice.</returns>
    public bool TryRelease(long within, long pages, VirtualInstant now)
    {
        lock (_lock)
        {
            if (pages > _held || within + pages > Block.Pages) return false;
            if (pages < Block.Pages)
            {
                _freed ??= new((int)Block.Pages);
                for (var page = within; page < within + pages; page++)
                {
                    if (_freed[(int)page]) return false;
                }

                for (var page = within; page < within + pages; page++) _freed[(int)page] = true;
            }

            Volatile.Write(ref _held, _held - pages);
            if (_held == 0) Volatile.Write(ref _until, now.Nanoseconds);
            return true;
        }
    }
}
