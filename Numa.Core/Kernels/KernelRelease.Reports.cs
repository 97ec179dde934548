using Numa.Core.Text.Reports;

namespace Numa.Core.Kernels;

public sealed partial record KernelRelease
{
    /// <summary>How it words its reports of failed allocations.</summary>
    public ReportForm ReportForm => KswapdWokenPerZone ? ReportForm.PerZone
        : PagesetSizing == PagesetSizingRule.AutoTuned ? ReportForm.PerNodeAndKind : ReportForm.PerNode;
}
