namespace Numa.Workloads.Experiments;

/// <summary>Corrects p-values of many comparisons for their number.</summary>
/// <remarks>Holm 1979, A simple sequentially rejective multiple test procedure. Whatever hangs together among the
/// figures, the chance that any difference is found where there is none stays below the level.</remarks>
public static class Holm
{
    /// <summary>Chance of finding any difference where there is none.</summary>
    public const double Level = 0.05;

    /// <returns>Corrected values in the order given; at most 1.</returns>
    public static double[] Correct(IReadOnlyList<double> values)
    {
        var corrected = new double[values.Count];
        var most = 0.0;
        var order = Enumerable.Range(0, values.Count).OrderBy(index => values[index]).ToList();
        for (var rank = 0; rank < order.Count; rank++)
        {
            most = Math.Max(most, Math.Min(1, values[order[rank]] * (values.Count - rank)));
            corrected[order[rank]] = most;
        }

        return corrected;
    }
}
