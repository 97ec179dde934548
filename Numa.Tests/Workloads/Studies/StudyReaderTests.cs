using Numa.Workloads.Studies;

namespace Numa.Tests.Workloads.Studies;

public class StudyReaderTests
{
    private const string Costs = "costs: {holdBase: 1, holdPerPage: 30}";

    [Fact]
    public void A_study_is_read_with_its_units()
    {
        var study = ScenarioTexts.Parse(Text(Costs, """
            fit: {costs.holdPerPage: 20..60, workloads.a.think: 1us..2us}
              within: {fitted: 1%}
              points:
                - {name: one, metric: operationNanoseconds, published: 2.5us, fit: true}
                - {name: two, metric: lockShare, set: {a.cpus: 0-1}, published: 66%}
                - {name: three, metric: operationNanoseconds, published: 27x, against: one}
                - {name: four, metric: allocationsPerSecond, published: 9.5e6/s}
                - {name: five, metric: fallbacks}
            """)).Study!;
        Assert.Equal((1, 25), (study.WithinFitted, study.WithinPredicted));
        Assert.Equal([("holdPerPage", null, 20L, 60L), (null, "a", 1000L, 2000L)],
            study.Fit.Select(constant => (constant.Cost, constant.Workload, constant.Least, constant.Most)));
        Assert.Equal(["fit workloads.a.think=1500ns", "fit costs.holdPerPage=40"],
            [study.Fit[1].At(1500).At.File, study.Fit[0].At(40).At.File]);
        Assert.Equal([2500, 0.66, 27, 9.5e6, (double?)null], study.Points.Select(point => point.Published?.Least));
        Assert.Equal([true, false, false, false, false], study.Points.Select(point => point.IsFitted));
        Assert.Equal("one", study.Points[2].Against!.Value.Value);
        Assert.Equal(("a.cpus", "0-1"), (study.Points[1].Settings[0].Path, study.Points[1].Settings[0].Value));
    }

    // Goal: no figure counts as predicted that the fit has settled already.
    [Fact]
    public void What_the_fit_settles_is_no_prediction()
    {
        var study = ScenarioTexts.Parse(Text(Costs, """
            fit: {costs.holdPerPage: 20..60}
              points:
                - {name: one, metric: operationNanoseconds, published: 94ns, fit: true}
                - {name: many, metric: operationNanoseconds, set: {a.cpus: 0-1}, published: 984ns, fit: true}
                - {name: quotient, metric: operationNanoseconds, set: {a.cpus: 0-1}, published: 10x, against: one}
                - {name: again, metric: operationNanoseconds, published: 90ns..95ns}
                - {name: other, metric: lockShare, set: {a.cpus: 0-1}, published: 66%}
                - {name: against other, metric: lockShare, set: {a.cpus: 0-1}, published: 1x, against: other}
                - {name: alone, metric: fallbacks}
            """)).Study!;
        Assert.Equal(
            [StudyRole.Fitted, StudyRole.Fitted, StudyRole.Follows, StudyRole.Follows, StudyRole.Predicted,
                StudyRole.Predicted, StudyRole.Unpublished],
            study.Points.Select(study.RoleOf));
    }

    [Theory]
    [InlineData(1.05, -0.0455)]
    [InlineData(1.10, 0)]
    [InlineData(1.15, 0)]
    [InlineData(1.18, 0)]
    [InlineData(1.298, 0.1)]
    public void Within_a_range_nothing_is_off(double figure, double error) =>
        Assert.Equal(error, new PublishedFigure(1.10, 1.18).ErrorOf(figure), 4);

    [Theory]
    [InlineData("points: [{name: a, metric: failures, published: 1.18x..1.10x}]")]
    [InlineData("points: [{name: a, metric: failures, published: 1x..2x..3x}]")]
    public void A_range_has_a_least_and_a_most(string text) => Assert.Contains("is no figure; expected",
        Assert.Throws<Numa.Core.Diagnostics.InputException>(() => ScenarioTexts.Parse(Text("", text))).Message);

    [Theory]
    [InlineData("points: [{name: a, metric: alocationsPerSecond}]",
        "s.yaml:6:30: error NUMA108: metric: 'alocationsPerSecond' is unknown; did you mean 'allocationsPerSecond'?")]
    [InlineData("points: [{name: a, metric: failures, published: 5 apples}]", "s.yaml:6:51: error NUMA106: published:"
        + " '5 apples' is no figure; expected one such as 94ns, 66%, 1e6/s or 27x, or the least and the most such as"
        + " 1.10x..1.18x")]
    [InlineData("points: [{name: a, metric: failures, fit: true}]",
        "s.yaml:6:45: error NUMA115: fit: there is no published figure to fit on")]
    [InlineData("points: [{name: one, metric: failures, against: oen}]",
        "s.yaml:6:51: error NUMA108: against: no point is named 'oen'; did you mean 'one'?")]
    [InlineData("points: [{name: a, metric: failures}, {name: a, metric: fallbacks}]",
        "s.yaml:6:48: error NUMA115: two points are named 'a'")]
    [InlineData("points: []\n  fit: {costs.holdPerPage: 9..3}", "s.yaml:7:28: error NUMA107: '9..3' is no range;"
        + " expected the least and the most, for example 20..120")]
    [InlineData("points: []\n  fit: {costs.handOver: 1..3}", "s.yaml:7:9: error NUMA113: 'costs.handOver' is no"
        + " constant; expected one under costs, or workloads.NAME.think of a workload")]
    [InlineData("points: []\n  fit: {costs.holdPerPag: 1..3}", "s.yaml:7:9: error NUMA113: 'costs.holdPerPag' is no"
        + " constant; expected one under costs, or workloads.NAME.think of a workload")]
    public void What_is_wrong_is_told_at_its_place(string points, string expected) =>
        Assert.Equal([expected], ScenarioTexts.Problems(Text(Costs, points)));

    // The model's own constants were fitted on certain machines: a study of another one needs its own.
    [Fact]
    public void Constants_of_another_machine_are_refused()
    {
        Assert.Equal(
        [
            "s.yaml:4:3: error NUMA103: the study needs costs.holdBase: the model's own is that of another machine"
                + " (Sapphire Rapids)",
            "s.yaml:4:3: error NUMA103: the study needs costs.holdPerPage: the model's own is that of another machine"
                + " (Sapphire Rapids)",
        ], ScenarioTexts.Problems(Text(null, "points: []")).Order());
        Assert.Empty(ScenarioTexts.Parse(Text(null, "points: []", "Sapphire Rapids")).Study!.Points);
        Assert.Contains("costs.zeroPerPage", Assert.Single(ScenarioTexts.Problems(
            Text(Costs, "points: []").Replace("kind: toggle, ", "kind: storm, ", StringComparison.Ordinal))));
        Assert.Contains("costs.holdPerTail", Assert.Single(ScenarioTexts.Problems(
            Text(Costs, "points: []").Replace("cpus: 0,", "cpus: 0, order: 9,", StringComparison.Ordinal))));
    }

    private static string Text(string? costs, string rest, string measured = "a machine") => $$$"""
        machine: pair.yaml
        workloads: {a: {kind: toggle, cpus: 0, operations: 9}}
        study: 
          measured: {{{measured}}}
          source: somebody
          {{{rest}}}
        {{{costs}}}
        """.ReplaceLineEndings("\n");
}
