using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Time;
using Numa.Core.Zones;

namespace Numa.Core.Processes;

public sealed partial class CpuProcess
{
    /// <summary>One allocation's way along its zonelist, across the replies it waits for.</summary>
    private struct Walk
    {
        public AllocationRequest Request;

        /// <summary>Of this attempt: its gfp flags, the node whose list it walks, the nodes it may use.</summary>
        public Attempt Attempt;
        public int[] Slots;
        public int Position;
        public int Preferred;
        public int ReserveIndex;
        public WatermarkLevel Level;
        public AllocationFlags Flags;

        /// <summary>NOFRAGMENT was set when this pass over the list began.</summary>
        public bool AvoidedFragmentation;
        public bool Visited;
        public long LockWait;
        public int FairSkipped;

        /// <summary>Next zone whose fair batch is to be reset, −1 when none is.</summary>
        public int FairReset;
        public VirtualInstant Begin;

        /// <summary>What is tried if this attempt finds nothing.</summary>
        public Attempt Second;
        public bool HasSecond;

        /// <summary>The policy interleaves, and the attempt's node is its choice.</summary>
        public bool Interleaves;

        /// <summary>A zone of this scan failed its mark, so those known as full are skipped.</summary>
        public bool SkipsFull;
        public bool CacheSetUp;

        /// <summary>Reclaim from the zone's node, before the walk goes on to the next.</summary>
        public IEnumerator<Pause>? NodeReclaim;
        public bool MayTryAgain;

        /// <summary>Page that the walk found and has still to reserve the pageblock of.</summary>
        public long Frame;

        /// <summary>The allocation is in the slow path.</summary>
        public bool IsSlow;

        /// <summary>How the machine stood when it failed, if that is to be reported.</summary>
        public MemorySnapshot? Snapshot;

        /// <summary>It looks for a page that its compaction has made.</summary>
        public bool AfterCompaction;

        /// <summary>It looks for a page once more before it looks for a victim.</summary>
        public bool HoldsOomLock;
    }
}
