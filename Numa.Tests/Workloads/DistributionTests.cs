using MathNet.Numerics.Distributions;
using Numa.Core.Time;
using Numa.Workloads.Stress;

namespace Numa.Tests.Workloads;

// Goal: draws follow the distribution that the scenario names. Method: 20 000 draws of a fixed seed against MathNet's
// own distribution function (Kolmogorov-Smirnov), or counts against its probabilities (chi-square), both at a level at
// which one right sampler in a thousand would fail; the seed is fixed, so that the test itself never varies.
public class DistributionTests
{
    private const int Draws = 20_000;

    [Fact]
    public void Exponential_draws_follow_their_distribution() =>
        AssertFollows(Distribution.Exponential(new(50_000)), new Exponential(1 / 50_000.0).CumulativeDistribution);

    [Fact]
    public void Lognormal_draws_follow_their_distribution() => AssertFollows(
        Distribution.Lognormal(new(100_000), 1.5), new LogNormal(Math.Log(100_000), 1.5).CumulativeDistribution);

    [Fact]
    public void Uniform_draws_follow_their_distribution() => AssertFollows(
        new(DistributionShape.Uniform, 10_000, 90_000), new ContinuousUniform(10_000, 90_000).CumulativeDistribution);

    [Fact]
    public void Poisson_draws_have_their_probabilities()
    {
        var law = new Poisson(8);
        var draws = Drawn(new(DistributionShape.Poisson, 8), 3);
        Assert.True(ChiSquareOf(draws, Enumerable.Range(0, 17).Select(k => law.Probability(k)).ToList())
            < ChiSquared.InvCDF(17, 0.999));
    }

    [Fact]
    public void Shares_are_kept()
    {
        var table = new DrawTable([55, 20, 15, 10], new(4));
        var draws = Enumerable.Range(0, Draws).Select(_ => (long)table.Next()).ToList();
        Assert.True(ChiSquareOf(draws, [0.55, 0.2, 0.15]) < ChiSquared.InvCDF(3, 0.999));
    }

    [Fact]
    public void A_constant_is_itself_and_zero_is_no_wait()
    {
        Assert.All(Drawn(Distribution.Constant(77), 1), draw => Assert.Equal(77, draw));
        Assert.All(Drawn(Distribution.Exponential(new(0)), 1), draw => Assert.Equal(0, draw));
        Assert.Equal([0, 1, 2], Drawn(new(DistributionShape.Uniform, 0, 2), 1).Distinct().Order());
    }

    [Fact]
    public void Draws_of_a_wide_lognormal_stay_within_what_a_run_can_hold() =>
        Assert.All(Drawn(Distribution.Lognormal(new(1_000_000_000), 10), 1),
            draw => Assert.InRange(draw, 0, Distribution.Largest));

    [Fact]
    public void The_same_seed_draws_the_same_and_another_does_not()
    {
        var spread = Distribution.Lognormal(new(1000), 1);
        Assert.Equal(Drawn(spread, 5), Drawn(spread, 5));
        Assert.NotEqual(Drawn(spread, 5), Drawn(spread, 6));
    }

    [Fact]
    public void The_means_are_those_of_the_laws()
    {
        Assert.Equal(1_648_721, Distribution.Lognormal(new(1_000_000), 1).Mean, 0);
        Assert.Equal(30, new Distribution(DistributionShape.Uniform, 20, 40).Mean);
        Assert.Equal(50_000, Drawn(Distribution.Exponential(new(50_000)), 9).Average(), 1_000.0);
    }

    // Rounding to whole nanoseconds moves the distance by less than a ten-thousandth.
    private static void AssertFollows(Distribution distribution, Func<double, double> law)
    {
        var draws = Drawn(distribution, 7).Order().ToList();
        var distance = draws.Select((draw, at) => Math.Max(
            Math.Abs(law(draw) - (double)at / Draws), Math.Abs(law(draw) - (double)(at + 1) / Draws))).Max();
        // The distance that one sample in a thousand exceeds: sqrt(-ln(0.0005) / 2n).
        Assert.InRange(distance, 0, Math.Sqrt(-Math.Log(0.0005) / (2.0 * Draws)));
    }

    /// <param name="shares">Of 0, 1, 2, ...; what is left is the share of all above.</param>
    private static double ChiSquareOf(List<long> draws, List<double> shares)
    {
        var counts = new double[shares.Count + 1];
        foreach (var draw in draws) counts[Math.Min(draw, shares.Count)]++;
        List<double> all = [.. shares, 1 - shares.Sum()];
        return all.Select((share, at) => Math.Pow(counts[at] - share * draws.Count, 2) / (share * draws.Count)).Sum();
    }

    private static List<long> Drawn(Distribution distribution, ulong seed)
    {
        var draws = new Draws(distribution, new(seed));
        return [.. Enumerable.Range(0, Draws).Select(_ => draws.Next())];
    }
}
