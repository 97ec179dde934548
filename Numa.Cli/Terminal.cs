using System.Collections;

namespace Numa.Cli;

/// <summary>Where a command writes, and what the other end can show.</summary>
/// <param name="Rich">Standard output is a terminal that may be sent colours and block characters.</param>
/// <param name="ErrorIsTerminal">Somebody watches standard error: progress may be drawn there.</param>
/// <param name="Debug">Print stack traces of unexpected errors.</param>
public sealed record Terminal(TextWriter Output, TextWriter Error, bool Rich, bool ErrorIsTerminal, bool Debug)
{
    /// <summary>Standard input.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>The terminal of this process, as its environment describes it.</summary>
    public static Terminal OfProcess()
    {
        var environment = Environment.GetEnvironmentVariables();
        var colours = !IsSet(environment, "NO_COLOR") && (string?)environment["TERM"] != "dumb";
        return new(
            Console.Out,
            Console.Error,
            Rich: colours && !Console.IsOutputRedirected,
            ErrorIsTerminal: colours && !Console.IsErrorRedirected,
            Debug: (string?)environment["NUMA_DEBUG"] == "1")
        {
            Input = Console.In,
        };
    }

    // By the convention of no-color.org an empty value does not count.
    private static bool IsSet(IDictionary environment, string name) => environment[name] is string { Length: > 0 };
}
