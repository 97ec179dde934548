namespace Numa.Core.Processes;

/// <remarks>Up to the first entry into the slow path the kernel's rules alone decide. From there on kswapd and reclaim
/// have a part, and the news goes the ways of every effect: by what a visit changes of a zone, and by
/// signals.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>What the CPU had done when it entered the slow path first, or when something reached it that may come
    /// of another CPU's entry; null while nothing has.</summary>
    public AllocationsDone? BeforePressure { get; private set; }

    private void NotePressure()
    {
        if (BeforePressure is not null) return;
        CountHits();
        BeforePressure = Counters.Done;
    }
}
