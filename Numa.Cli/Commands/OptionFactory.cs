using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Numa.Cli.Execution;
using Numa.Core.Kernels;

namespace Numa.Cli.Commands;

/// <summary>Builds options and arguments whose errors fit one line and name what was expected.</summary>
internal static class OptionFactory
{
    /// <summary>A whole number within a range.</summary>
    public static Option<T> Number<T>(
        string name, string unit, string description, T least, T initial, T? most = null)
        where T : struct, IBinaryInteger<T>
    {
        return new Option<T>(name)
        {
            Description = description,
            HelpName = unit,
            DefaultValueFactory = _ => initial,
            CustomParser = result => ParseNumber(name, result, least, most),
        };
    }

    /// <summary>A whole number that may be left out.</summary>
    public static Option<T?> OptionalNumber<T>(string name, string unit, string description, T least)
        where T : struct, IBinaryInteger<T>
    {
        return new Option<T?>(name)
        {
            Description = description,
            HelpName = unit,
            CustomParser = result => ParseNumber(name, result, least),
        };
    }

    /// <summary>The machine that a scenario is played on.</summary>
    public static Option<string?> Machine() => new("--machine")
    {
        Description = "Machine file or captured folder, instead of the scenario's own.",
        HelpName = "FILE",
    };

    /// <summary>The seed of a scenario's tasks.</summary>
    public static Option<ulong?> Seed() =>
        OptionalNumber<ulong>("--seed", "N", "Seed; the scenario's own by default.", 0);

    /// <summary>The kernel release to boot.</summary>
    public static Option<string?> Kernel() => new("--kernel")
    {
        Description = "Kernel release instead of the machine's own: "
            + string.Join(", ", KernelRelease.Known.Select(release => release.Name)) + ".",
        HelpName = "V",
    };

    /// <summary>One of a few words.</summary>
    public static Option<string?> Choice(
        string name, string description, string? initial, params ImmutableArray<string> words)
    {
        var option = new Option<string?>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = result =>
            {
                var word = result.Tokens[0].Value;
                if (!words.Contains(word)) result.AddError(NotOneOf(name, word, words));
                return word;
            },
        };
        if (initial is not null) option.DefaultValueFactory = _ => initial;
        option.CompletionSources.Add([.. words]);
        return option;
    }

    /// <summary>Any number of <c>path=value</c>, in the order given.</summary>
    /// <param name="shape">What stands for path and value in the help.</param>
    public static Option<ImmutableArray<SettingAssignment>> Assignments(
        string name, string description, string shape = "path=value")
    {
        return new Option<ImmutableArray<SettingAssignment>>(name)
        {
            Description = description,
            HelpName = shape,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
            CustomParser = result =>
            {
                var assignments = ImmutableArray.CreateBuilder<SettingAssignment>();
                foreach (var token in result.Tokens)
                {
                    if (Split(token.Value) is { } assignment) assignments.Add(assignment);
                    else result.AddError($"{name} needs {shape}, found '{token.Value}'");
                }

                return assignments.ToImmutable();
            },
        };
    }

    /// <summary>A path that must be given.</summary>
    public static Argument<string> Path(string name, string description)
    {
        return new Argument<string>(name)
        {
            Description = description,
            // The parser takes a mistyped option for the first free argument; say what it is instead.
            CustomParser = result =>
            {
                var path = result.Tokens[0].Value;
                if (!UsageError.IsOption(path)) return path;
                var command = ((CommandResult)result.Parent!).Command;
                result.AddError(UsageError.UnknownOption(path, command));
                return null;
            },
        };
    }

    /// <summary>Says which words would have been right, and which was probably meant.</summary>
    public static string NotOneOf(string name, string word, IReadOnlyCollection<string> words) =>
        $"{name} is one of {string.Join(", ", words)}; found '{word}'{UsageError.DidYouMean(word, words)}";

    /// <summary>Null unless the text is a path, an equals sign and a value.</summary>
    public static SettingAssignment? Split(string text)
    {
        var at = text.IndexOf('=');
        if (at <= 0 || at == text.Length - 1) return null;
        return new(text[..at].Trim(), text[(at + 1)..].Trim());
    }

    /// <summary>The number of a page as it stands in a report: #15 979 230 in quotes, or without its blanks.</summary>
    public static long? PageNumber(string name, ArgumentResult result)
    {
        var text = result.Tokens[0].Value.TrimStart('#').Replace(" ", "", StringComparison.Ordinal);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        result.AddError($"{name} is a whole number, 0 or more; found '{result.Tokens[0].Value}'");
        return null;
    }

    private static T ParseNumber<T>(string name, ArgumentResult result, T least, T? most = null)
        where T : struct, IBinaryInteger<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && !(number > most))
        {
            return number;
        }

        var bound = most is null ? $"{least} or more" : $"{least} to {most}";
        result.AddError($"{name} is a whole number, {bound}; found '{text}'");
        return default;
    }
}
