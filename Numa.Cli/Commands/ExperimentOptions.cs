using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Commands;

/// <summary>The options that compare and sweep share.</summary>
internal sealed class ExperimentOptions
{
    /// <summary>The fewest seeds whose interval says anything, and a comparison still takes seconds.</summary>
    private const int UsualSeeds = 5;

    /// <summary>What changes nothing of a result, or only where it goes.</summary>
    private static readonly ImmutableHashSet<string> NotOfTheResult =
        ["--threads", "--out", "--resume", "--format", "--otel"];

    private readonly IReadOnlyList<string> _args;
    private readonly ScenarioOptions _scenario;

    private readonly Option<ImmutableArray<Variation>> _vary = new("--vary")
    {
        Description = "A setting and its values, e.g. kernel=4.4,6.1 or workloads.fill.size=1GiB..16GiB:x2; several"
            + " make a grid. Default: the scenario's compare.",
        HelpName = "path=a,b",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
        // What is wrong with one is told with all that is wrong with the scenario.
        CustomParser = result => [.. result.Tokens.Select(token => Variation.Read("--vary", token.Value))],
    };

    private readonly Option<int> _seeds = OptionFactory.Number(
        "--seeds", "N", "Runs per combination, each with its own seed.", 1, UsualSeeds);

    private readonly Option<string?> _resume = new("--resume")
    {
        Description = "Go on with the experiment that was interrupted in this folder, or in that of --out.",
        HelpName = "DIR",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ExperimentOptions(Command command, IReadOnlyList<string> args)
    {
        _args = args;
        _scenario = new(command);
        command.Add(_vary);
        command.Add(_seeds);
        command.Add(_resume);
    }

    public string Format(ParseResult parsed) => _scenario.Format(parsed);

    public bool Telemetry(ParseResult parsed) => _scenario.Telemetry(parsed);

    /// <exception cref="InputException">The folder cannot be used.</exception>
    public ResultsFolder? Folder(ParseResult parsed)
    {
        var (output, resumes) = (_scenario.OutputFolder(parsed), parsed.GetResult(_resume) is { Implicit: false });
        var resumed = parsed.GetValue(_resume);
        if (resumes && (resumed ?? output) is null)
        {
            throw new InputException([new(new("--resume", 0, 0), ProblemCodes.MissingKey,
                "no folder to go on with; expected --resume DIR, or --out DIR --resume")]);
        }

        if (output is not null && resumed is not null && output != resumed)
        {
            throw new InputException([new(new("--resume", 0, 0), ProblemCodes.Conflict,
                $"--out {output} and --resume {resumed} are two folders; expected one")]);
        }

        return ResultsFolder.Check(resumed ?? output, resumes, Command);
    }

    public ExperimentRequest Request(ParseResult parsed, ResultsFolder? folder) => new(
        _scenario.Request(parsed, top: 0) with { SampleAllocations = false },
        parsed.GetValue(_vary),
        parsed.GetValue(_seeds),
        Command)
    {
        Store = folder,
    };

    private string Command => CommandText.Of(["numa", .. Words()]);

    /// <summary>The command line without what changes nothing of the result.</summary>
    private IEnumerable<string> Words()
    {
        for (var at = 0; at < _args.Count; at++)
        {
            var word = _args[at];
            if (!NotOfTheResult.Contains(word.Split('=', ':')[0])) yield return word;
            // Its value goes with it; only --resume may have none.
            else if (word.IndexOfAny(['=', ':']) < 0 && at + 1 < _args.Count && !_args[at + 1].StartsWith('-')) at++;
        }
    }
}
