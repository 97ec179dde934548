using System.Globalization;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>Finds in a text what no text holds: it was damaged, or never was one.</summary>
internal static class TextCharacters
{
    /// <summary>What a reader of files puts in the place of bytes that stand for nothing.</summary>
    private const char Replacement = '\uFFFD';

    /// <summary>Notes the first character that no text holds.</summary>
    /// <param name="at">When given, the place of every part: for a value on the command line.</param>
    /// <returns>Whether there is none.</returns>
    internal static bool Check(string text, string file, SourcePlace? at, ProblemList problems)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (Fault(text, i) is not { } fault) continue;
            var line = text.AsSpan(0, i).Count('\n') + 1;
            var column = i - text.LastIndexOf('\n', Math.Max(0, i - 1), Math.Max(0, i));
            problems.Add(at ?? new(file, line, column), ProblemCodes.Syntax, fault);
            return false;
        }

        return true;
    }

    private static string? Fault(string text, int at) => text[at] switch
    {
        Replacement => "bytes here are no text of the file's encoding; expected UTF-8, or UTF-16 with its mark",
        '\t' or '\n' or '\r' => null,
        var one when char.IsControl(one) && one != '\u0085' => string.Create(CultureInfo.InvariantCulture,
            $"character U+{(int)one:X4} is no text; expected what can be printed"),
        var one when char.IsSurrogate(one) && !IsPaired(text, at) => "half a character (a surrogate alone) is no text",
        _ => null,
    };

    private static bool IsPaired(string text, int at) => char.IsHighSurrogate(text[at])
        ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
        : at > 0 && char.IsHighSurrogate(text[at - 1]);
}
