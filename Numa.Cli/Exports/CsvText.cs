using System.Globalization;
using System.Text;

namespace Numa.Cli.Exports;

/// <summary>Rows of comma-separated values.</summary>
/// <remarks>Source: RFC 4180. Lines end in CR LF; numbers are written in the invariant culture.</remarks>
internal sealed class CsvText
{
    private static readonly char[] Special = [',', '"', '\r', '\n'];
    private readonly StringBuilder _text = new();

    public CsvText Row(params IEnumerable<object?> fields)
    {
        _text.AppendJoin(',', fields.Select(Field)).Append("\r\n");
        return this;
    }

    public override string ToString() => _text.ToString();

    private static string Field(object? value)
    {
        var text = value switch
        {
            null => "",
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        return text.IndexOfAny(Special) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
