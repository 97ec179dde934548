using Numa.Core.Kernels;
using Numa.Core.Processes;

namespace Numa.Core.Reclaim;

/// <summary>Which task the OOM killer chooses.</summary>
/// <remarks>Unit of points: pages. Source: <c>oom_badness</c>, <c>select_bad_process</c>, Linux
/// mm/oom_kill.c.</remarks>
public static class OomBadness
{
    /// <summary>A task with this adjustment is never chosen.</summary>
    public const int Never = -1000;

    private const int PagesPerPageTable = 512;

    /// <summary>Chooses the task with most points; of equal ones the last.</summary>
    /// <param name="totalPages">Memory that the request could have had, swap included.</param>
    public static (OomCandidate? Victim, long Points) Choose(
        KernelRelease release, IEnumerable<OomCandidate> candidates, long totalPages)
    {
        OomCandidate? chosen = null;
        var most = long.MinValue;
        foreach (var candidate in candidates)
        {
            if (candidate.Adjustment == Never) continue;
            var points = Points(release, candidate, totalPages);
            if (points < most) continue;
            (chosen, most) = (candidate, points);
        }

        return (chosen, chosen is null ? 0 : most);
    }

    /// <summary>Resident and swapped pages, their page tables, and the adjustment as thousandths of all
    /// memory.</summary>
    public static long Points(KernelRelease release, OomCandidate candidate, long totalPages)
    {
        var tables = (candidate.ResidentPages + PagesPerPageTable - 1) / PagesPerPageTable;
        var points = candidate.ResidentPages + tables + candidate.Adjustment * (totalPages / 1000);
        return release.OomPointsArePositive ? Math.Max(1, points) : points;
    }
}
