using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Numa.Workloads.Experiments;

/// <summary>The difference of two means over seeds, with what can be inferred from it.</summary>
/// <remarks>Pairs: Student's t over the differences, as runs of one seed share what the seed does to both. Separate
/// samples: Welch's t with the degrees of freedom of Satterthwaite (Welch 1947). Effect size: Hedges' g, of pairs in
/// units of the deviation of their differences, else of the pooled deviation, each with the exact small-sample factor
/// (Hedges 1981). Relative change: the ratio of the means less one, its deviation that of what remains of the other
/// side when the ratio times the first is taken off, so that the first side's own scatter counts once (the ratio
/// estimator: Cochran 1977, Sampling Techniques, chapter 6). Where all differences are the same there is no deviation
/// to go by, and only signs count.</remarks>
/// <param name="Low">Low end of the 95 % interval; null where there is none.</param>
/// <param name="Effect">Null where there is no deviation.</param>
/// <param name="P">Chance of a difference at least as large if there is none; null where nothing can be said.</param>
public readonly record struct MeanDifference(double Mean, double? Low, double? High, double? Effect, double? P)
{
    private const double UpperTail = 0.975;

    /// <summary>Low end of the 95 % interval of the difference as a part of the first mean; null where that is 0, or
    /// where nothing can be inferred. Equal to the high end where every seed shows the same part.</summary>
    public double? RelativeLow { get; init; }

    public double? RelativeHigh { get; init; }

    /// <summary>A deviation below this part of the values is rounding.</summary>
    private const double Rounding = 1e-12;

    /// <summary>Of runs that share their seeds.</summary>
    /// <param name="first">One per seed; at least one.</param>
    /// <param name="other">For the same seeds in the same order.</param>
    public static MeanDifference OfPairs(IReadOnlyList<double> first, IReadOnlyList<double> other)
    {
        if (first.Count != other.Count) throw new ArgumentException("Pairs need both sides.", nameof(other));
        var differences = first.Zip(other, (a, b) => b - a).ToList();
        var (mean, count) = (differences.Average(), differences.Count);
        var deviation = count < 2 ? 0 : differences.StandardDeviation();
        var size = first.Concat(other).Max(Math.Abs);
        if (count < 2) return new(mean, null, null, null, null);
        // The sign test of n equal signs: nothing else is left where nothing varies.
        if (deviation <= size * Rounding)
            return new(mean, null, null, null, Math.Abs(mean) <= size * Rounding ? 1 : Math.Pow(2, 1 - count));
        var ratio = other.Average() / first.Average();
        double[] rest = [.. first.Zip(other, (a, b) => b - ratio * a)];
        return Student(mean, deviation / Math.Sqrt(count), count - 1, mean / deviation)
            .Of(first.Average(), rest.StandardDeviation() / Math.Sqrt(count), count - 1, size);
    }

    /// <summary>Of runs that share no seed.</summary>
    public static MeanDifference OfSamples(IReadOnlyList<double> first, IReadOnlyList<double> other)
    {
        var mean = other.Average() - first.Average();
        if (first.Count < 2 || other.Count < 2) return new(mean, null, null, null, null);
        var (one, two) = (first.Variance() / first.Count, other.Variance() / other.Count);
        var size = first.Concat(other).Max(Math.Abs);
        // Two constants: nothing tells how far the next seed would lie off.
        if (Math.Sqrt(one + two) <= size * Rounding)
            return new(mean, null, null, null, Math.Abs(mean) <= size * Rounding ? 1 : null);
        var freedom = (one + two) * (one + two)
            / (one * one / (first.Count - 1) + two * two / (other.Count - 1));
        var pooled = Math.Sqrt(((first.Count - 1) * first.Variance() + (other.Count - 1) * other.Variance())
            / (first.Count + other.Count - 2));
        var ratio = other.Average() / first.Average();
        var scaled = ratio * ratio * one;
        var part = (scaled + two) * (scaled + two)
            / (scaled * scaled / (first.Count - 1) + two * two / (other.Count - 1));
        return Student(mean, Math.Sqrt(one + two), freedom, mean / pooled, first.Count + other.Count - 2)
            .Of(first.Average(), Math.Sqrt(scaled + two), part, size);
    }

    /// <summary>Of one sample alone: its mean, and how far the next such mean may lie.</summary>
    public static MeanDifference OfMean(IReadOnlyList<double> values) =>
        OfPairs([.. values.Select(_ => 0.0)], values) with { Effect = null, P = null };

    /// <summary>The factor that takes the bias out of a standardised difference.</summary>
    /// <remarks>Source: Hedges 1981, equation 6e: Γ(m/2) / (√(m/2) Γ((m−1)/2)); about 1 − 3/(4m − 1).</remarks>
    public static double SmallSampleFactor(double freedom) => freedom < 2
        ? 0
        : Math.Exp(SpecialFunctions.GammaLn(freedom / 2) - SpecialFunctions.GammaLn((freedom - 1) / 2))
            / Math.Sqrt(freedom / 2);

    /// <summary>With the interval as a part of the first mean.</summary>
    /// <param name="error">Of the other mean less the ratio times the first.</param>
    private MeanDifference Of(double first, double error, double freedom, double size)
    {
        if (Math.Abs(first) <= size * Rounding) return this;
        var reach = error <= size * Rounding ? 0 : StudentT.InvCDF(0, 1, freedom, UpperTail) * error;
        return this with
        {
            RelativeLow = (Mean - reach) / Math.Abs(first), RelativeHigh = (Mean + reach) / Math.Abs(first),
        };
    }

    private static MeanDifference Student(
        double mean, double error, double freedom, double standardised, double? effectFreedom = null)
    {
        var reach = StudentT.InvCDF(0, 1, freedom, UpperTail) * error;
        return new(mean, mean - reach, mean + reach,
            // With two values there is no deviation to speak of.
            (effectFreedom ?? freedom) < 2 ? null : standardised * SmallSampleFactor(effectFreedom ?? freedom),
            2 * StudentT.CDF(0, 1, freedom, -Math.Abs(mean / error)));
    }
}
