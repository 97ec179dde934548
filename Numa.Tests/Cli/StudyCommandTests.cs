using System.Text.Json;
using Numa.Cli.Execution;
using Numa.Tests.Snapshots;

namespace Numa.Tests.Cli;

/// <summary><c>numa study</c>: what it asks, what it prints, and how it exits.</summary>
public class StudyCommandTests
{
    [Fact]
    public async Task Every_option_is_passed_on()
    {
        var simulator = new FakeSimulator();
        await CommandLineRun.OfAsync("study s.yaml --fit --seeds 4 --set a=b --threads 3", simulator);
        var request = simulator.Study!;
        Assert.Equal(new StudyRequest("s.yaml", request.Settings, true, 4, 3), request);
        Assert.Equal<SettingAssignment>([new("a", "b")], request.Settings);
    }

    [Fact]
    public async Task A_study_says_first_how_far_its_predictions_are_off()
    {
        var run = await CommandLineRun.OfAsync("study s.yaml");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Snapshot.Matches("study", run.Output);
    }

    [Fact]
    public async Task A_figure_that_is_off_is_marked_and_fails_the_command()
    {
        var run = await CommandLineRun.OfAsync("study s.yaml", new FakeSimulator { Studied = SampleStudy.Off });
        Assert.Equal(1, run.ExitCode);
        Snapshot.Matches("study-off", run.Output);
    }

    [Fact]
    public async Task Standard_output_holds_the_JSON_or_CSV_alone()
    {
        var json = await CommandLineRun.OfAsync("study s.yaml --format json");
        using var parsed = JsonDocument.Parse(json.Output);
        Assert.Equal(5, parsed.RootElement.GetProperty("points").GetArrayLength());
        Assert.StartsWith("2 constants", parsed.RootElement.GetProperty("answer").GetString(), StringComparison.Ordinal);
        var csv = await CommandLineRun.OfAsync("study s.yaml --format csv");
        Assert.Equal(6, csv.Output.TrimEnd().Split('\n').Length);
    }
}
