using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Diagnostics;
using Numa.Core.Firmware;

namespace Numa.Core.Text;

/// <summary>Reads an ACPI table written as hexadecimal bytes, as <c>xxd</c> or <c>od</c> would print them.</summary>
public static class HexTableReader
{
    /// <summary>Reads a SLIT.</summary>
    /// <returns>Null when the text holds no such table; the problems say why.</returns>
    public static SlitTable? ReadSlit(string text, string file, out ImmutableArray<Problem> problems)
    {
        var bytes = new List<byte>();
        var number = 0;
        foreach (var line in text.EnumerateLines())
        {
            number++;
            foreach (var word in line.Split(' '))
            {
                var part = line[word].Trim();
                if (part.Length == 0) continue;
                if (part.Length == 2
                    && byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                {
                    bytes.Add(value);
                    continue;
                }

                problems = [new(new(file, number, word.Start.Value + 1), "NUMA206",
                    $"found '{part[..Math.Min(part.Length, 20)]}', expected a byte of two hexadecimal digits")];
                return null;
            }
        }

        if (SlitTable.TryRead(bytes.ToArray(), out var slit, out var fault))
        {
            problems = [];
            return slit;
        }

        problems = [new(new(file, 0, 0), "NUMA207", fault)];
        return null;
    }
}
