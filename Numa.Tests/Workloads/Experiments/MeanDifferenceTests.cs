using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;
using Numa.Workloads.Experiments;

namespace Numa.Tests.Workloads.Experiments;

// Goal: intervals, chances and effect sizes are those of the books. Method: worked examples, formulas of their own, and
// many samples of a known distribution.
public class MeanDifferenceTests
{
    // Differences 1, 2, 3 have mean 2, deviation 1 and t(0.975, 2) = 4.302653; t = 2 sqrt 3 with 2 degrees of freedom
    // has the closed form p = 1 - t / sqrt(2 + t^2).
    [Fact]
    public void Pairs_follow_students_t()
    {
        var found = MeanDifference.OfPairs([10, 20, 30], [11, 22, 33]);
        Assert.Equal(2, found.Mean);
        Assert.Equal(2 + 4.302653 / Math.Sqrt(3), found.High!.Value, 5);
        Assert.Equal(2 - 4.302653 / Math.Sqrt(3), found.Low!.Value, 5);
        var t = 2 * Math.Sqrt(3);
        Assert.Equal(1 - t / Math.Sqrt(2 + t * t), found.P!.Value, 10);
        // Gamma(1) / (1 x Gamma(1/2)) = 1 / sqrt(pi) for two degrees of freedom.
        Assert.Equal(2 / Math.Sqrt(Math.PI), found.Effect!.Value, 10);
    }

    [Fact]
    public void Pairs_need_both_sides_and_two_of_them_have_no_effect_size()
    {
        Assert.Throws<ArgumentException>(() => MeanDifference.OfPairs([1, 2, 3], [1, 2]));
        Assert.Null(MeanDifference.OfPairs([1, 2], [2, 4]).Effect);
        Assert.NotNull(MeanDifference.OfPairs([1, 2], [2, 4]).P);
    }

    // What every seed halves is halved, however far seeds lie apart; and half of nothing says nothing.
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.0)]
    [InlineData(3.0)]
    public void A_part_that_all_pairs_share_has_no_scatter(double part)
    {
        double[] first = [1, 5, 9, 40];
        var found = MeanDifference.OfPairs(first, [.. first.Select(value => part * value)]);
        Assert.Equal(part - 1, found.RelativeLow!.Value, 12);
        Assert.Equal(part - 1, found.RelativeHigh!.Value, 12);
        Assert.True(found.Low < found.High);
        Assert.Null(MeanDifference.OfPairs([0, 0, 0], [1, 2, 3]).RelativeLow);
    }

    // Two sides that scatter by a tenth, the other half as large: the truth lies within as often as is said.
    [Fact]
    public void Intervals_of_parts_cover_as_often_as_they_say()
    {
        var normal = new Normal(0, 1, new MersenneTwister(20261129));
        var (pairs, samples) = (0, 0);
        const int repetitions = 20_000;
        for (var i = 0; i < repetitions; i++)
        {
            double[] first = Draw(normal, 5, 100, 10);
            var paired = MeanDifference.OfPairs(first, [.. first.Select(value => value / 2 + normal.Sample())]);
            if (paired.RelativeLow <= -0.5 && paired.RelativeHigh >= -0.5) pairs++;
            var apart = MeanDifference.OfSamples(first, Draw(normal, 5, 50, 5));
            if (apart.RelativeLow <= -0.5 && apart.RelativeHigh >= -0.5) samples++;
        }

        // Four deviations of a binomial count lie within 0.0062; the ratio is straight to the first order only.
        Assert.InRange(pairs / (double)repetitions, 0.9438, 0.9562);
        Assert.InRange(samples / (double)repetitions, 0.9400, 0.9650);
    }

    // Variances 2.5 and 10 over 5 each: error sqrt 2.5, Satterthwaite 6.25 / (0.25 / 4 + 4 / 4) = 5.882.
    [Fact]
    public void Separate_samples_follow_welch()
    {
        var found = MeanDifference.OfSamples([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]);
        var (error, freedom) = (Math.Sqrt(2.5), 6.25 / (0.0625 + 1));
        Assert.Equal(3, found.Mean);
        Assert.Equal(3 + StudentT.InvCDF(0, 1, freedom, 0.975) * error, found.High!.Value, 10);
        Assert.Equal(2 * (1 - StudentT.CDF(0, 1, freedom, 3 / error)), found.P!.Value, 10);
        Assert.Equal(0.1075, found.P!.Value, 4);
        Assert.Equal(3 / 2.5 * (1 - 3 / (4 * 8 - 1.0)), found.Effect!.Value, 0.002);
    }

    [Theory]
    [InlineData(new double[] { 5, 6, 7 }, new double[] { 5, 6, 7 }, 0, 1)]
    [InlineData(new double[] { 5, 6, 7, 8, 9 }, new double[] { 7, 8, 9, 10, 11 }, 2, 0.0625)]
    [InlineData(new[] { 0.1, 0.2, 0.3 }, new[] { 0.2, 0.3, 0.4 }, 0.1, 0.25)]
    public void Differences_that_do_not_vary_have_no_interval_and_only_signs(
        double[] first, double[] other, double mean, double p)
    {
        var found = MeanDifference.OfPairs(first, other);
        Assert.Equal(mean, found.Mean, 12);
        Assert.Equal((null, null, null, p), (found.Low, found.High, found.Effect, found.P));
    }

    [Fact]
    public void One_seed_infers_nothing()
    {
        Assert.Equal(new(3, null, null, null, null), MeanDifference.OfPairs([1], [4]));
        Assert.Equal(new(3, null, null, null, null), MeanDifference.OfSamples([1], [4]));
        Assert.Equal(new(3, null, null, null, null), MeanDifference.OfSamples([1, 1, 1], [4, 4, 4]));
    }

    // Hedges's factor is close to 1 - 3 / (4m - 1), and unbiased: of normal differences with deviation 1 around 0.5 the
    // mean of g is 0.5, where the plain ratio's is a quarter larger.
    [Fact]
    public void The_effect_size_has_no_bias_and_intervals_cover_as_often_as_they_say()
    {
        for (var freedom = 3; freedom < 50; freedom++)
        {
            Assert.Equal(1 - 3 / (4.0 * freedom - 1), MeanDifference.SmallSampleFactor(freedom),
                0.03 / freedom);
        }

        var normal = new Normal(0, 1, new MersenneTwister(20251129));
        var (pairs, samples, effect) = (0, 0, 0.0);
        const int repetitions = 20_000;
        for (var i = 0; i < repetitions; i++)
        {
            double[] first = Draw(normal, 5, 100, 7);
            double[] shift = Draw(normal, 5, 0.5, 1);
            var paired = MeanDifference.OfPairs(first, [.. first.Zip(shift, (a, b) => a + b)]);
            if (paired.Low <= 0.5 && paired.High >= 0.5) pairs++;
            effect += paired.Effect!.Value / repetitions;
            var apart = MeanDifference.OfSamples(Draw(normal, 5, 10, 1), Draw(normal, 5, 12, 3));
            if (apart.Low <= 2 && apart.High >= 2) samples++;
        }

        // Four deviations of a binomial count lie within 0.0062.
        Assert.InRange(pairs / (double)repetitions, 0.9438, 0.9562);
        Assert.InRange(samples / (double)repetitions, 0.9400, 0.9600);
        Assert.InRange(effect, 0.48, 0.52);
    }

    // Holm's own procedure on 0.01, 0.04, 0.03, 0.005: 4 x 0.005, 3 x 0.01, 2 x 0.03, and what comes after no less.
    [Fact]
    public void Holm_corrects_step_by_step()
    {
        double[] corrected = Holm.Correct([0.01, 0.04, 0.03, 0.005]);
        double[] expected = [0.03, 0.06, 0.06, 0.02];
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], corrected[i], 12);
        Assert.Equal([1.0, 1.0], Holm.Correct([0.6, 0.9]));
        Assert.Empty(Holm.Correct([]));
    }

    private static double[] Draw(Normal normal, int count, double mean, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => mean + deviation * normal.Sample())];
}
