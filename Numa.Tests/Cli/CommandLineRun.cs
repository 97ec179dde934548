using Numa.Cli;
using Numa.Cli.Commands;
using Numa.Cli.Execution;

namespace Numa.Tests.Cli;

/// <summary>One call of the entry point in this process, and what came out of it.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <param name="line">Arguments separated by blanks.</param>
    public static Task<CommandLineRun> OfAsync(
        string line, ISimulator? simulator = null, bool rich = false, bool watched = false,
        CancellationToken cancel = default) =>
        OfAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), simulator, rich, watched, cancel);

    public static async Task<CommandLineRun> OfAsync(
        string[] args, ISimulator? simulator = null, bool rich = false, bool watched = false,
        CancellationToken cancel = default)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, error, rich, ErrorIsTerminal: watched, Debug: false);
        var code = await EntryPoint.RunAsync(args, terminal, simulator ?? new FakeSimulator(), cancel);
        return new(code, output.ToString(), error.ToString());
    }
}
