using CsCheck;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Studies;

namespace Numa.Tests.Workloads.Studies;

public class StudyFitTests
{
    // Goal: constants are found again from the figures that they make, and from the fit set alone. Method: figures are
    // known functions of two constants; the predicted point lies and must not be looked at.
    [Fact]
    public void Constants_are_found_from_the_fit_set_alone() =>
        Gen.Select(Gen.Long[20, 400], Gen.Long[200, 4000]).Sample((slope, constant) =>
        {
            var study = new Study("a machine", "somebody",
                [Constant("costs.holdPerPage", 1, 500), Constant("costs.holdBase", 1, 5000)], 1, 10,
                [
                    Point("63", 63 * slope + constant, true), Point("127", 127 * slope + constant, true),
                    Point("2047", 1, false),
                ]);
            var found = StudyFit.Search(study, (points, constants) =>
            {
                Assert.All(points, point => Assert.True(point.IsFitted));
                var values = constants.Select(one => double.Parse(one.Value,
                    System.Globalization.CultureInfo.InvariantCulture)).ToList();
                return [.. points.Select(point => (double?)(Pages(point) * values[0] + values[1]))];
            });
            foreach (var pages in new[] { 63, 127 })
            {
                var made = pages * found[0] + found[1];
                Assert.InRange((double)made / (pages * slope + constant), 0.97, 1.03);
            }
        }, iter: 50);

    private static int Pages(StudyPoint point) =>
        int.Parse(point.Name.Value, System.Globalization.CultureInfo.InvariantCulture);

    private static FittedConstant Constant(string path, long least, long most) =>
        new(new(path, default), least, most);

    private static StudyPoint Point(string name, double published, bool isFitted) =>
        new(new(name, default), RunMetric.All[0], [], published, isFitted, null);
}
