using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Numa.Tests.Workloads;

namespace Numa.Tests.Determinism;

// Goal: neither the runtime's settings nor the build's are seen in a result. Method: the command as users run it, in
// processes of its own: either collector, concurrent or not, without tiers, and a Debug build made here; all they print
// but for wall time and the host must be equal.
public class ProcessTests
{
    private static readonly string Tree = Path.GetDirectoryName(ScenarioTexts.Configs)!;

    private static readonly string Built = Path.Combine(AppContext.BaseDirectory, "numa.dll");

    [Fact]
    public async Task Collectors_and_tiers_change_nothing()
    {
        var expected = await RunAsync(Built, "actors", 1);
        var hosts = new[] { "actors", "grouped" };
        foreach (var server in new[] { "0", "1" })
        {
            foreach (var concurrent in new[] { "0", "1" })
            {
                Assert.Equal(expected, await RunAsync(Built, hosts[server == concurrent ? 0 : 1], 2,
                    ("DOTNET_gcServer", server), ("DOTNET_gcConcurrent", concurrent)));
            }
        }

        Assert.Equal(expected, await RunAsync(Built, "grouped", 8, ("DOTNET_TieredCompilation", "0")));
    }

    [Fact]
    public async Task A_build_of_the_other_configuration_changes_nothing()
    {
        var isDebug = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/', '\\'))) == "Debug";
        var other = isDebug ? "Release" : "Debug";
        var folder = Directory.CreateTempSubdirectory("numa-build-").FullName;
        try
        {
            // Packages are there: the tests were built with them. No server is left running.
            await DotnetAsync([], "build", Path.Combine(Tree, "Numa.Cli"), "-c", other, "-o", folder, "--no-restore",
                "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:RunAnalyzers=false", "-v:quiet", "-nologo");
            var dll = Path.Combine(folder, "numa.dll");
            var expected = await RunAsync(Built, "actors", 2);
            Assert.Equal(expected, await RunAsync(dll, "actors", 2));
            Assert.Equal(expected, await RunAsync(dll, "grouped", 2));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> RunAsync(
        string dll, string host, int threads, params (string Name, string Value)[] variables)
    {
        var scenario = Path.Combine(ScenarioTexts.Configs, "scenarios", "everything-at-once.yaml");
        var output = await DotnetAsync(variables, "exec", dll, "run", scenario, "--format", "json",
            "--host", host, "--threads", $"{threads}");
        var run = JsonSerializer.Deserialize<JsonObject>(output)!;
        Assert.Equal(64, run["hash"]!.GetValue<string>().Length);
        Assert.Equal(host, run["host"]!.GetValue<string>());
        foreach (var own in new[] { "wallSeconds", "operationsPerSecond", "host", "actors" })
            Assert.True(run.Remove(own));
        return run.ToJsonString();
    }

    private static async Task<string> DotnetAsync((string Name, string Value)[] variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What runs the tests tells its children where its own parts are; they are not theirs.
        foreach (var name in start.Environment.Keys.ToList())
        {
            if (name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)) start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)}\n{output}\n{await error}");
        return output;
    }
}
