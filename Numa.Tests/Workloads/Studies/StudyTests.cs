using Numa.Workloads.Scenarios;
using Numa.Workloads.Studies;

namespace Numa.Tests.Workloads.Studies;

/// <summary>The studies that are quick enough for a test, played as <c>numa study</c> plays them.</summary>
public class StudyTests
{
    // The largest error of each role; a study that fits its own figures is no prediction.
    [Theory]
    [InlineData("huang-spr", 0.01, 0.20)]
    [InlineData("huang-icx", 0.01, 0.22)]
    public void Holds_of_the_lock_come_out_as_published(string name, double fitted, double predicted)
    {
        var study = Run(name);
        Assert.False(study.IsOff);
        // Batches differ from point to point: a note on one is true of none of the others.
        Assert.DoesNotContain(study.Notes, note => note.StartsWith("every pageset", StringComparison.Ordinal));
        Assert.True(study.Points.Count(point => point.Role == StudyRole.Fitted)
            < study.Points.Count(point => point.Role == StudyRole.Predicted));
        Assert.All(study.Points, point => Assert.InRange(Math.Abs(point.Error!.Value), 0,
            point.Role == StudyRole.Fitted ? fitted : predicted));
    }

    // 94 ns become 984 ns, and 2 MiB 27 times as much: constants of one and two cores say what 26 do.
    [Fact]
    public void Twenty_six_cores_queue_as_published()
    {
        var study = Run("llfree", "bulk.slots=20000", "bulk.operations=20000");
        Assert.InRange(Point(study, "4 KiB, 26 cores against one").Simulated!.Value, 9.9, 11.5);
        Assert.InRange(Point(study, "2 MiB, 26 cores against one").Simulated!.Value, 25.5, 28.5);
        Assert.InRange(study.MeanError!.Value, 0, 0.05);
    }

    // A constant that is changed shows in the figures, and the study says so.
    [Fact]
    public void A_wrong_constant_puts_the_study_off()
    {
        var study = Run("huang-icx", "costs.holdPerPage=30");
        Assert.True(study.IsOff);
        Assert.Contains(study.Points, point => point is { Role: StudyRole.Fitted, IsOff: true });
    }

    private static PointResult Point(StudyResult study, string name) =>
        study.Points.Single(point => point.Name == name);

    private static StudyResult Run(string name, params string[] settings)
    {
        var path = Path.Combine(ScenarioTexts.Configs, "studies", name + ".yaml");
        var given = settings.Select(setting => Setting.Parse("--set", setting)).ToList();
        return new StudyRunner(TimeProvider.System, more => ScenarioLoader.Load(path, [.. given, .. more]), 1, 2,
            _ => { }, CancellationToken.None).Run(path, fitsAnew: false);
    }
}
