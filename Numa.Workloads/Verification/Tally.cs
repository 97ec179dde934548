using System.Globalization;

namespace Numa.Workloads.Verification;

/// <summary>Counts comparisons of one claim and keeps the first that failed.</summary>
internal sealed class Tally
{
    private int _compared;
    private int _equal;
    private Difference? _first;

    public bool IsEmpty => _compared == 0;

    /// <param name="rule">Asked only when the values differ.</param>
    public void Same(string where, long kernel, long ours, Func<string> rule) =>
        Same(where, kernel.ToString(CultureInfo.InvariantCulture), ours.ToString(CultureInfo.InvariantCulture), rule);

    public void Same(string where, string kernel, string ours, Func<string> rule)
    {
        _compared++;
        if (kernel == ours) _equal++;
        else _first ??= new(where, kernel, ours, rule());
    }

    public ClaimResult Result(string capture, string claim) => new(capture, claim, _compared, _equal, _first);
}
