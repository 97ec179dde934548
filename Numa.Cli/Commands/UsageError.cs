using System.CommandLine;
using Numa.Core.Text;

namespace Numa.Cli.Commands;

/// <summary>Says in one line what is wrong with a command line.</summary>
internal static class UsageError
{
    private const string Unknown = "unknown option";

    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return $"numa: {Reason(parsed, command)} (see {Path(command)} --help)";
    }

    /// <summary>The words that lead to a command.</summary>
    private static string Path(Command command) => command is RootCommand ? "numa"
        : $"{Path(command.Parents.OfType<Command>().First())} {command.Name}";

    private static string Reason(ParseResult parsed, Command command)
    {
        // Unknown words first: an unknown option also makes its value a stray argument, or is itself taken for one.
        var messages = parsed.Errors.Select(error => error.Message);
        if (messages.FirstOrDefault(message => message.StartsWith(Unknown, StringComparison.Ordinal)) is { } taken)
            return taken;
        var stray = parsed.UnmatchedTokens.FirstOrDefault(IsOption) ?? parsed.UnmatchedTokens.FirstOrDefault();
        if (stray is not null)
        {
            if (IsOption(stray)) return UnknownOption(stray, command);
            if (command.Subcommands.Count > 0)
                return $"unknown command '{stray}'{DidYouMean(stray, command.Subcommands.Select(sub => sub.Name))}";
            return $"unexpected argument '{stray}'";
        }

        if (command is RootCommand) return "no command given";
        if (command.Subcommands.Count > 0)
            return $"{command.Name} needs one of {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}";
        // What is missing by what it is, not by its name alone.
        if (parsed.Errors[0].Message.StartsWith("Required argument", StringComparison.Ordinal)
            && command.Arguments.FirstOrDefault(one => one.Arity.MinimumNumberOfValues > 0
                && parsed.GetResult(one) is not { Tokens.Count: > 0 }) is { } missing)
        {
            return $"{Path(command)["numa ".Length..]} needs {missing.Name}: {missing.Description?.TrimEnd('.')}";
        }

        return parsed.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }

    public static bool IsOption(string token) => token.Length > 1 && token[0] == '-';

    public static string UnknownOption(string token, Command command)
    {
        var name = token.Split('=', ':')[0];
        return $"{Unknown} '{name}'{DidYouMean(name, OptionNames(command))}";
    }

    /// <summary>A question behind the error, or nothing when no known word is near.</summary>
    public static string DidYouMean(string word, IEnumerable<string> known) =>
        NearestName.To(word, known) is { } meant ? $"; did you mean '{meant}'?" : "";

    private static IEnumerable<string> OptionNames(Command command) =>
        command.Options.Select(option => option.Name).Append("--help");
}
