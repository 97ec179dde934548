using Numa.Cli.Commands;
using Numa.Cli.Execution;
using Numa.Tests.Workloads;

namespace Numa.Tests.Cli;

// Goal: who gives a file where another kind is expected learns in one line what it is and which command takes it.
// Method: every kind of file that Numa ships or writes, to commands that take another.
public sealed class WrongFileTests : IDisposable
{
    private const string MachineTakers =
        "numa show, explain and whatif take it, as does --machine of a scenario's run";

    private const string ScenarioTakers = "numa run, compare, sweep, trace and explore take it";

    private readonly string _folder = Directory.CreateTempSubdirectory("numa-wrong-").FullName;

    public WrongFileTests()
    {
        Write("run/run.json", "{\"scenario\": \"s\", \"machine\": \"m\", \"workloads\": []}");
        Write("run/inputs.json", "{}");
        // Of a run that met the OOM killer: no captured machine for that.
        Write("run/dmesg.txt", "invoked oom-killer");
        Write("experiment/experiment.json", "{}");
        Write("listing.txt", "available: 1 nodes (0)\nnode 0 cpus: 0 1\nnode 0 size: 900 MB\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("run M/notes-two-node.yaml", "this is a machine; expected a scenario; " + MachineTakers)]
    [InlineData("sweep M/notes-two-node.yaml --vary seed=1,2",
        "this is a machine; expected a scenario; " + MachineTakers)]
    [InlineData("explore M/notes-two-node.yaml", "this is a machine; expected a scenario; " + MachineTakers)]
    [InlineData("explain allocation M/notes-two-node.yaml --first-failure",
        "this is a machine; expected a scenario; " + MachineTakers)]
    [InlineData("run M/qemu-2node-4g", "this is a captured machine; expected a scenario; numa show, explain, whatif and "
        + "verify take it, as does --machine of a scenario's run")]
    [InlineData("run M/../traces/qemu-6.1-2node-1g", "this is a captured machine with traces; expected a scenario; "
        + "numa replay takes it, and those that take a machine")]
    [InlineData("run M/qemu-2node-4g/dmesg.txt", "this is the log of a kernel's boot; expected a scenario; numa import "
        + "makes a machine of it, and a folder that holds it as dmesg.txt is one")]
    [InlineData("run M/qemu-2node-4g/zoneinfo.txt",
        "this is a saved /proc/zoneinfo; expected a scenario; " + MachineTakers)]
    [InlineData("run T/listing.txt",
        "this is the output of numactl --hardware; expected a scenario; numa import makes a machine of it")]
    [InlineData("run T/run", "this is the folder of a kept run; expected a scenario; numa explain page takes it")]
    [InlineData("compare T/experiment", "this is the folder of an experiment; expected a scenario; --resume of the "
        + "compare or sweep that made it takes it, to go on")]
    [InlineData("run T/run/run.json", "this is the result of a run or an experiment; expected a scenario; no command "
        + "takes it; numa explain page takes the folder of a run")]
    [InlineData("show T/run zonelists", "this is the folder of a kept run; expected a machine; numa explain page takes it")]
    [InlineData("show T/listing.txt zonelists",
        "this is the output of numactl --hardware; expected a machine; numa import makes a machine of it")]
    [InlineData("run S/page-fault-storm.yaml --machine S/hotplug.yaml", "this is a scenario; expected a machine, such as "
        + "its S/../machines/qemu-hotplug; " + ScenarioTakers)]
    [InlineData("run S/page-fault-storm.yaml --machine a.yaml,b.yaml", "machine 'a.yaml,b.yaml': there is no file "
        + "a.yaml,b.yaml; several machines are for --vary machine=a,b of compare and sweep")]
    [InlineData("compare S/page-fault-storm.yaml --vary machine=S/hotplug.yaml,M/pae-4node.yaml --set kernel=4.4",
        "this is a scenario; expected a machine, such as its S/../machines/qemu-hotplug; " + ScenarioTakers)]
    [InlineData("run S/page-fault-storm.yaml --machine M/../studies/llfree.yaml",
        "this is a study; expected a machine; numa study takes it, and as a scenario numa run does")]
    [InlineData("run S/page-fault-storm.yaml --machine T/run",
        "this is the folder of a kept run; expected a machine; numa explain page takes it")]
    [InlineData("compare M/../studies/llfree.yaml", "nothing is varied; expected --vary path=a,b, or compare: {vary: "
        + "\"path=a,b\"} in the scenario; numa study holds this study against its published figures")]
    [InlineData("study S/hotplug.yaml",
        "the scenario has no study; expected published figures under 'study'; numa run takes it as it is")]
    [InlineData("verify S/hotplug.yaml", "this is a scenario; expected the folder of a capture; " + ScenarioTakers)]
    [InlineData("replay M/notes-32g.yaml",
        "this is a machine; expected the folder of a capture; " + MachineTakers)]
    [InlineData("explain page S/hotplug.yaml 5",
        "is a file; expected the folder of a run, which 'numa run SCENARIO --out DIR' wrote")]
    public async Task It_is_told_what_it_is_and_who_takes_it(string line, string expected)
    {
        var run = await CommandLineRun.OfAsync(Full(line), new Simulator(TimeProvider.System));
        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.EndsWith(": " + Full(expected), Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_may_not_be_empty()
    {
        var run = await CommandLineRun.OfAsync(["run", ""], new Simulator(TimeProvider.System));
        Assert.EndsWith("the path is empty; expected a file", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    private string Full(string text) => text
        .Replace("M/", Path.Combine(ScenarioTexts.Configs, "machines") + "/", StringComparison.Ordinal)
        .Replace("S/", Path.Combine(ScenarioTexts.Configs, "scenarios") + "/", StringComparison.Ordinal)
        .Replace("T/", _folder + "/", StringComparison.Ordinal);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
