using MathNet.Numerics.Distributions;

namespace Numa.Workloads.Experiments;

/// <summary>The mean of differences and its 95 % interval.</summary>
/// <remarks>Student's t over seeds: runs of one seed in two arms are a pair, so what the seed does to both cancels.
/// One pair has a mean and no interval.</remarks>
internal readonly record struct PairedStatistics(double Mean, double? Low, double? High)
{
    private const double UpperTail = 0.975;

    /// <param name="differences">One per seed; at least one.</param>
    public static PairedStatistics Of(IReadOnlyList<double> differences)
    {
        var count = differences.Count;
        var mean = differences.Average();
        if (count < 2) return new(mean, null, null);
        var variance = differences.Sum(value => (value - mean) * (value - mean)) / (count - 1);
        var reach = StudentT.InvCDF(0, 1, count - 1, UpperTail) * Math.Sqrt(variance / count);
        return new(mean, mean - reach, mean + reach);
    }
}
