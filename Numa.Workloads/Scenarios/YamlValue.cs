using System.Collections.Immutable;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>A part of a YAML text, with its place. Immutable: settings make a new tree.</summary>
public abstract record YamlValue(SourcePlace At)
{
    /// <summary>What it is, for messages.</summary>
    internal abstract string Shape { get; }
}

/// <summary>A text, number or word.</summary>
public sealed record YamlScalar(string Text, SourcePlace At) : YamlValue(At)
{
    /// <summary>A block that keeps its lines: it begins in the line below the key.</summary>
    internal bool IsLiteral { get; init; }

    /// <summary>YAML's word for nothing: <c>~</c>, <c>null</c>, or no value at all.</summary>
    internal bool IsNull { get; init; }

    /// <summary>Where a line of the text stands, counted from 0.</summary>
    internal SourcePlace PlaceOf(int line) => IsLiteral ? At with { Line = At.Line + 1 + line, Column = 1 } : At;

    internal override string Shape => Text.Length == 0 ? "nothing" : $"'{Short(Text)}'";

    /// <summary>The text as messages show it: one line, never long.</summary>
    internal static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : line[..57] + "...";
    }
}

/// <summary>A list.</summary>
public sealed record YamlSequence(ImmutableArray<YamlValue> Items, SourcePlace At) : YamlValue(At)
{
    internal override string Shape => "a list";
}

/// <summary>One key of a mapping and its value.</summary>
public sealed record YamlEntry(YamlScalar Key, YamlValue Value);

/// <summary>Keys and values in the order in which they were written.</summary>
public sealed record YamlMapping(ImmutableArray<YamlEntry> Entries, SourcePlace At) : YamlValue(At)
{
    /// <summary>Written on one line, <c>{a: 1, b: 2}</c>.</summary>
    internal bool IsInBraces { get; init; }

    internal override string Shape => "a mapping";

    public YamlValue? this[string key] => Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Value;

    /// <summary>The mapping with a key's value replaced, or added at the end.</summary>
    internal YamlMapping With(string key, YamlValue value)
    {
        var old = Entries.FirstOrDefault(entry => entry.Key.Text == key);
        return With(old is null ? new(new(key, value.At), value) : old with { Value = value });
    }

    /// <summary>The mapping with an entry in the place of the one of the same name, or at the end.</summary>
    internal YamlMapping With(YamlEntry entry)
    {
        for (var i = 0; i < Entries.Length; i++)
        {
            if (Entries[i].Key.Text == entry.Key.Text) return this with { Entries = Entries.SetItem(i, entry) };
        }

        return this with { Entries = Entries.Add(entry) };
    }
}
