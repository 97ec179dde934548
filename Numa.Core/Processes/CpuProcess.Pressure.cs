namespace Numa.Core.Processes;

/// <remarks>Until the slow path is entered, kswapd begins or a walk reclaims from a near node, the kernel's rules alone
/// decide. From there on the reclaim model has a part, and the news goes the ways of every effect: by what a visit
/// changes of a zone, and by signals.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>What the CPU had done when it first did any of this, or when something reached it that may come of
    /// another CPU's; null while nothing has.</summary>
    public AllocationsDone? BeforePressure { get; private set; }

    private void NotePressure()
    {
        if (BeforePressure is not null) return;
        CountHits();
        BeforePressure = Counters.Done;
    }
}
