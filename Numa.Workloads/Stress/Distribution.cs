using System.Globalization;
using MathNet.Numerics.Distributions;
using Numa.Core.Time;

namespace Numa.Workloads.Stress;

/// <summary>Forms of distributions that a scenario may ask for.</summary>
public enum DistributionShape
{
    /// <summary>Always the same.</summary>
    Constant,

    /// <summary>From the first to the second parameter.</summary>
    Uniform,

    /// <summary>The first parameter is the mean: gaps between events that know nothing of each other.</summary>
    Exponential,

    /// <summary>The first parameter is the mean: how many such events a time has.</summary>
    Poisson,

    /// <summary>The first parameter is the median, the second the deviation of the logarithm.</summary>
    Lognormal,
}

/// <summary>How a duration or a number varies from one draw to the next.</summary>
/// <remarks>Unit: nanoseconds or pieces, whole ones; a draw is rounded, and is never below zero.</remarks>
public sealed record Distribution(DistributionShape Shape, double First, double Second = 0)
{
    /// <summary>No draw is larger: longer than any run, and more than any list holds.</summary>
    public const long Largest = 1_000_000_000_000_000;

    public static Distribution Constant(long value) => new(DistributionShape.Constant, value);

    public static Distribution Exponential(VirtualDuration mean) =>
        new(DistributionShape.Exponential, mean.Nanoseconds);

    /// <param name="sigma">Deviation of the natural logarithm: two thirds of all draws lie within a factor of
    /// e^sigma of the median.</param>
    public static Distribution Lognormal(VirtualDuration median, double sigma) =>
        new(DistributionShape.Lognormal, median.Nanoseconds, sigma);

    /// <summary>Before rounding.</summary>
    public double Mean => Shape switch
    {
        DistributionShape.Uniform => (First + Second) / 2,
        DistributionShape.Lognormal => First * Math.Exp(Second * Second / 2),
        _ => First,
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Shape} {First} {Second}");
}

/// <summary>Draws from a distribution, the same for the same seed.</summary>
/// <remarks>MathNet's samplers, fed by the run's seeds. They take logarithms and exponentials, whose last bit is the
/// platform's; constant and uniform draws are the same everywhere.</remarks>
internal sealed class Draws(Distribution distribution, SeedTree seed)
{
    private readonly SeededRandomSource _source = new(seed);
    private readonly double _parameter = distribution.Shape switch
    {
        DistributionShape.Exponential => distribution.First > 0 ? 1 / distribution.First : 0,
        DistributionShape.Lognormal => distribution.First > 0 ? Math.Log(distribution.First) : 0,
        _ => distribution.First,
    };

    public long Next()
    {
        if (distribution.First <= 0 && distribution.Shape != DistributionShape.Uniform) return 0;
        var drawn = distribution.Shape switch
        {
            DistributionShape.Constant => _parameter,
            // Every whole number of the range is as likely as any other.
            DistributionShape.Uniform => Math.Floor(
                _parameter + _source.NextDouble() * (distribution.Second - _parameter + 1)),
            DistributionShape.Exponential => Exponential.Sample(_source, _parameter),
            DistributionShape.Poisson => Poisson.Sample(_source, _parameter),
            _ => LogNormal.Sample(_source, _parameter, distribution.Second),
        };
        return drawn >= Distribution.Largest ? Distribution.Largest : (long)Math.Round(drawn);
    }
}
