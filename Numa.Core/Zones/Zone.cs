using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;

namespace Numa.Core.Zones;

/// <summary>A zone's free lists, pageblock tags and reserves. Answers what happened, never how long it took.</summary>
public sealed class Zone
{
    public Zone(KernelRelease release, ZoneImage image)
    {
        Release = release;
        Image = image;
        Tuning = image.Tuning;
    }

    public KernelRelease Release { get; }

    public ZoneImage Image { get; }

    public ZoneId Id => Image.Id;

    public ZoneTuning Tuning { get; set; }

    /// <summary>Pages on the free lists.</summary>
    public long FreePages => throw new NotImplementedException("buddy");

    /// <summary>Pageblocks whose tag changed since the caller last cleared this list: (first frame, new tag).</summary>
    public List<(long Frame, Migratetype Tag)> Retagged { get; } = [];

    /// <summary>Takes up to <paramref name="count"/> blocks for a pageset refill or a direct allocation.</summary>
    /// <param name="frames">Receives the first frame of each block, in the order taken.</param>
    /// <returns>Number of blocks taken; fewer than asked when the lists ran out.</returns>
    public int Take(int order, Migratetype type, AllocationFlags flags, int count, Span<long> frames, ref BuddyWork work) =>
        throw new NotImplementedException("buddy");

    /// <summary>Gives a block back: merges it and puts it on a list by the release's rule.</summary>
    /// <param name="type">Type to free it with; kernels that re-read the pageblock's tag ignore it.</param>
    public void Give(long frame, int order, Migratetype type, ref BuddyWork work) =>
        throw new NotImplementedException("buddy");

    /// <summary>Tag of the pageblock that holds the frame, as of now.</summary>
    public Migratetype TagOf(long frame) => throw new NotImplementedException("buddy");

    /// <summary>Fills in what the free lists say; counters that the lists do not hold are left alone.</summary>
    public void Describe(ref ZoneRecord record) => throw new NotImplementedException("buddy");

    /// <summary>Every free block of one list in list order, head first.</summary>
    public IEnumerable<long> FreeList(int order, Migratetype type) => throw new NotImplementedException("buddy");

    /// <summary>Recounts everything from the lists.</summary>
    /// <exception cref="Diagnostics.InvariantBreachException">The lists and the counters disagree.</exception>
    public void CheckInvariants() => throw new NotImplementedException("buddy");
}
