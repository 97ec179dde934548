using System.Collections.Immutable;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>One setting and the values an experiment gives it: <c>--vary zonelistOrder=node,zone</c>.</summary>
/// <param name="Option">How it was given, for messages.</param>
/// <param name="Values">Two or more, all different; ranges are written out.</param>
public sealed record Variation(string Option, string Path, ImmutableArray<string> Values)
{
    /// <summary>The value that leaves a setting as the machine or the scenario has it.</summary>
    public const string Default = "default";

    /// <summary>More values than anybody reads a table of.</summary>
    private const int MostValues = 10_000;

    /// <summary>Values that a message names before it only counts them.</summary>
    private const int MostNamed = 5;

    /// <summary>The setting of each value; null for the one that sets nothing.</summary>
    public IEnumerable<Setting?> Settings =>
        Values.Select(value => IsLeft(value) ? null : new Setting(Option, Path, value));

    /// <summary>A value in few words: a file by its name.</summary>
    public static string Label(string path, string value) =>
        path == "machine" ? System.IO.Path.GetFileNameWithoutExtension(value.TrimEnd('/')) : value;

    /// <summary>What is wrong with it; the values are those that could be read.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>Reads <c>path=a,b</c> or <c>path=1..64:x2</c>. Commas in brackets, braces or quotes part
    /// nothing.</summary>
    /// <exception cref="InputException">The text has problems; all of them are in it.</exception>
    public static Variation Parse(string option, string text)
    {
        var variation = Read(option, text);
        return variation.Problems.IsEmpty ? variation : throw new InputException(variation.Problems);
    }

    /// <summary>The same, with its problems in what is returned, so that others can be found beside them.</summary>
    public static Variation Read(string option, string text)
    {
        Setting setting;
        try
        {
            setting = Setting.Parse(option, text);
        }
        catch (InputException noSetting)
        {
            return new(option, text, []) { Problems = [.. noSetting.Problems] };
        }

        var values = new List<string>();
        var found = new List<string>();
        foreach (var part in Split(setting.Value))
        {
            if (!part.Contains("..", StringComparison.Ordinal) || part.StartsWith('.') || part.Contains('/'))
                values.Add(part);
            else if (ValueRange.Read(part, MostValues, out var problems) is { } range)
                values.AddRange(range);
            else
                found.AddRange(problems);
        }

        found.AddRange(OfList(values, option, isWhole: found.Count == 0));
        return new(option, setting.Path, [.. values.Where(value => value.Length > 0).Distinct()])
        {
            Problems = [.. found.Select(problem => new Problem(setting.At, ProblemCodes.Setting, problem))],
        };
    }

    /// <param name="isWhole">Whether all of the list could be read, so that what it lacks is missing.</param>
    private static IEnumerable<string> OfList(List<string> values, string option, bool isWhole)
    {
        const string expected = "expected two or more different values separated by commas, or a range, for example";
        if (isWhole && values.Count < 2)
        {
            var found = values.All(value => value.Length == 0) ? "no value" : $"one value, '{Short(values[0])}'";
            yield return $"{found}; {expected} {option} zonelistOrder=node,zone or 1..64:x2";
            yield break;
        }

        if (values.Contains("")) yield return "a value between commas is empty; expected one, or a comma less";
        var twice = values.Where(value => value.Length > 0).GroupBy(value => value).Where(same => same.Count() > 1)
            .Select(same => Short(same.Key)).ToList();
        if (twice.Count == 0) yield break;
        yield return $"values that stand more than once: {string.Join(", ", twice.Take(MostNamed))}"
            + (twice.Count > MostNamed ? $" and {twice.Count - MostNamed} more" : "") + "; expected each once";
    }

    private static string Short(string value) => YamlScalar.Short(value);

    /// <summary>For orders of zonelists <c>default</c> is a value of its own: the kernel's choice.</summary>
    private bool IsLeft(string value) => value == Default
        && !Path.EndsWith("zonelistOrder", StringComparison.Ordinal)
        && !Path.EndsWith("numa_zonelist_order", StringComparison.Ordinal);

    private static IEnumerable<string> Split(string text)
    {
        var (from, depth, quote) = (0, 0, '\0');
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (quote != '\0') quote = letter == quote ? '\0' : quote;
            else if (letter is '"' or '\'') quote = letter;
            else if (letter is '[' or '{') depth++;
            else if (letter is ']' or '}') depth--;
            else if (letter == ',' && depth == 0)
            {
                yield return text[from..at].Trim();
                from = at + 1;
            }
        }

        yield return text[from..].Trim();
    }
}
