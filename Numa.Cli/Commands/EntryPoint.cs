using System.CommandLine;
using System.CommandLine.Help;
using Numa.Cli.Execution;
using Numa.Core.Diagnostics;
using Numa.Workloads.Experiments;

namespace Numa.Cli.Commands;

/// <summary>The <c>numa</c> command: arguments in, exit code out.</summary>
public static class EntryPoint
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 done, 1 failed run or check, 2 bad command line or input, 130 interrupted.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, Terminal terminal, ISimulator simulator, CancellationToken cancel = default)
    {
        try
        {
            var parsed = Root(terminal, simulator, args).Parse(args, new ParserConfiguration
            {
                // "@name" is a value like any other here, not a file of arguments.
                ResponseFileTokenReplacer = null,
            });
            if (parsed.Errors.Count > 0)
            {
                terminal.Error.WriteLine(UsageError.Describe(parsed));
                return ExitCode.BadInput;
            }

            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = terminal.Output,
                    Error = terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            terminal.Error.WriteLine("numa: interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception error)
        {
            return Report(error, terminal);
        }
    }

    private static RootCommand Root(Terminal terminal, ISimulator simulator, IReadOnlyList<string> args)
    {
        var root = new RootCommand("Runs Linux's page allocator on a machine you don't have.")
        {
            new RunCommand(terminal, simulator),
            new CompareCommand(terminal, simulator, args),
            new SweepCommand(terminal, simulator, args),
            new ExploreCommand(terminal, simulator),
            new StudyCommand(terminal, simulator),
            new TraceCommand(terminal, simulator),
            new ShowCommand(terminal, simulator),
            new WhatIfCommand(terminal, simulator),
            new VerifyCommand(terminal, simulator),
            new ReplayCommand(terminal, simulator),
            new ExplainCommand(terminal, simulator),
            new SchemaCommand(terminal),
            new ImportCommand(terminal, simulator),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static int Report(Exception error, Terminal terminal)
    {
        switch (error)
        {
            // Tasks and actors wrap what they threw; people want the thing itself.
            case AggregateException { InnerExceptions: [var inner] }:
                return Report(inner, terminal);

            case InputException input:
                foreach (var problem in input.Problems) terminal.Error.WriteLine(problem);
                return ExitCode.BadInput;

            case InvariantBreachException breach:
                terminal.Error.WriteLine(
                    $"numa: the simulator is wrong, this result cannot be trusted: {OneLine(breach.Claim)} "
                    + $"({string.Join(", ", Circumstances(breach))}); please report it");
                break;

            default:
                terminal.Error.WriteLine($"numa: unexpected error: {OneLine(error.Message)} ({error.GetType().Name})");
                break;
        }

        if (terminal.Debug) terminal.Error.WriteLine(error);
        return ExitCode.Failed;
    }

    private static IEnumerable<string> Circumstances(InvariantBreachException breach)
    {
        yield return $"seed {breach.Data[ScenarioRunner.SeedKey] ?? "of the scenario"}";
        if (breach.Data[ScenarioRunner.ScheduleKey] is { } schedule) yield return $"schedule {schedule}";
        if (breach.Data[InvariantBreachException.ActorKey] is { } actor) yield return $"actor {actor}";
        if (breach.Data[InvariantBreachException.MessageKey] is { } message)
            yield return $"handling {OneLine(message.ToString() ?? "")}";
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
