using System.Collections.Immutable;

namespace Numa.Workloads.Verification;

/// <summary>A number or text in which a real kernel and Numa differ.</summary>
/// <param name="Where">File and place in it.</param>
/// <param name="Rule">How Numa came to its value.</param>
public sealed record Difference(string Where, string Kernel, string Ours, string Rule);

/// <summary>How one claim about a capture fared.</summary>
/// <param name="Compared">Values of the kernel that were held against Numa's.</param>
/// <param name="Equal">How many of them were the same.</param>
/// <param name="FirstDifference">Null when all were.</param>
public sealed record ClaimResult(string Capture, string Claim, int Compared, int Equal, Difference? FirstDifference);

/// <summary>A capture beside Numa's boot of the same machine.</summary>
/// <param name="Claims">Claims that the capture holds truth for.</param>
/// <param name="LeftOut">Claims that it holds none for, each with the reason.</param>
/// <param name="Notes">What had to be estimated, for people.</param>
public sealed record CaptureReport(
    string Capture, ImmutableArray<ClaimResult> Claims, ImmutableArray<string> LeftOut, ImmutableArray<string> Notes)
{
    /// <summary>What a claim had to infer, and where it ended early, for people.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    public bool AllEqual => Claims.All(claim => claim.Equal == claim.Compared);
}
