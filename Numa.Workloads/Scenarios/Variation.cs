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

    /// <summary>The setting of each value; null for the one that sets nothing.</summary>
    public IEnumerable<Setting?> Settings =>
        Values.Select(value => IsLeft(value) ? null : new Setting(Option, Path, value));

    /// <summary>A value in few words: a file by its name.</summary>
    public static string Label(string path, string value) =>
        path == "machine" ? System.IO.Path.GetFileNameWithoutExtension(value.TrimEnd('/')) : value;

    /// <summary>Reads <c>path=a,b</c> or <c>path=1..64:x2</c>. Commas in brackets, braces or quotes part
    /// nothing.</summary>
    /// <exception cref="InputException">The text is none, or has a value that is empty or stands twice.</exception>
    public static Variation Parse(string option, string text)
    {
        var setting = Setting.Parse(option, text);
        var values = ImmutableArray.CreateBuilder<string>();
        foreach (var part in Split(setting.Value))
        {
            if (!part.Contains("..", StringComparison.Ordinal) || part.StartsWith('.') || part.Contains('/'))
                values.Add(part);
            else if (ValueRange.Read(part, MostValues, out var problem) is { } range)
                values.AddRange(range);
            else
                throw new InputException([new(setting.At, ProblemCodes.Setting, problem)]);
        }

        if (values.Count >= 2 && values.All(value => value.Length > 0) && values.Distinct().Count() == values.Count)
            return new(option, setting.Path, values.ToImmutable());
        throw new InputException([new(setting.At, ProblemCodes.Setting,
            $"expected two or more different values separated by commas, or a range, for example {option}"
            + " zonelistOrder=node,zone or 1..64:x2")]);
    }

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
