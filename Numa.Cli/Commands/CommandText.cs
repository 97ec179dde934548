namespace Numa.Cli.Commands;

/// <summary>A command line as it can be typed again.</summary>
internal static class CommandText
{
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    private static string Quoted(string argument)
    {
        var plain = argument.Length > 0
            && argument.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_=.,/:+@%".Contains(letter));
        return plain ? argument : "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}
