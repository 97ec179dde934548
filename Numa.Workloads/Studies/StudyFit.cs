using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Studies;

/// <summary>The figures of points, with constants laid over the scenario.</summary>
internal delegate IReadOnlyList<double?> FigureSource(
    IReadOnlyList<StudyPoint> points, IReadOnlyList<Setting> constants);

/// <summary>Searches for the constants with which a study's fit set comes out best.</summary>
/// <remarks>Nelder and Mead's simplex from the middle of the ranges, on the sum of squared logarithms of simulated over
/// published figures. Points of the prediction set are not looked at.</remarks>
internal static class StudyFit
{
    private const double Tolerance = 1e-7;
    private const int MostRuns = 60;

    /// <summary>First size of each simplex, as a share of the ranges: one that has shrunk too early begins anew, at the
    /// best that was found.</summary>
    private static readonly double[] Sizes = [0.4, 0.2, 0.1];

    /// <summary>Much worse than any figure that came out.</summary>
    private const double Hopeless = 1e6;

    /// <returns>One per constant of the study.</returns>
    public static IReadOnlyList<long> Search(Study study, FigureSource figures)
    {
        var points = study.Points.Where(point => point.IsFitted).ToList();
        var known = new Dictionary<string, double>();
        var best = Rounded(study, Vector<double>.Build.Dense(study.Fit.Length, 0.5));
        var least = double.MaxValue;
        foreach (var size in Sizes)
        {
            try
            {
                var from = From(study, best);
                new NelderMeadSimplex(Tolerance, MostRuns).FindMinimum(
                    ObjectiveFunction.Value(Miss), from, from.Map(value => value > 0.5 ? -size : size));
            }
            catch (MaximumIterationsException)
            {
                // The best so far is what there is.
            }
        }

        return best;

        double Miss(Vector<double> at)
        {
            var values = Rounded(study, at);
            var key = string.Join(' ', values);
            if (known.TryGetValue(key, out var miss)) return miss;
            var outcome = figures(points, [.. study.Fit.Select((constant, i) => constant.At(values[i]))]);
            miss = points.Zip(outcome).Sum(pair => pair.Second is > 0 and var figure
                ? Math.Pow(Math.Log(1 + pair.First.Published!.Value.ErrorOf(figure)), 2) : Hopeless);
            if (miss < least) (best, least) = (values, miss);
            return known[key] = miss;
        }
    }

    // Shape: 0 to 1 is the range.
    private static Vector<double> From(Study study, IReadOnlyList<long> values) =>
        Vector<double>.Build.DenseOfEnumerable(study.Fit.Select((constant, i) =>
            (double)(values[i] - constant.Least) / (constant.Most - constant.Least)));

    private static long[] Rounded(Study study, Vector<double> at) =>
        [.. study.Fit.Select((constant, i) => constant.Least
            + (long)Math.Round(Math.Clamp(at[i], 0, 1) * (constant.Most - constant.Least)))];
}
