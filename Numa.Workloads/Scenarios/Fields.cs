using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Time;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads the keys of one mapping into typed values and notes every problem on the way.</summary>
internal sealed class Fields
{
    private readonly YamlMapping _mapping;
    private readonly string _what;
    private readonly ProblemList _problems;

    /// <param name="what">The mapping in messages, for example <c>workload 'fill'</c>.</param>
    /// <param name="known">Every key that the mapping may have.</param>
    internal Fields(YamlMapping mapping, string what, IReadOnlyCollection<string> known, ProblemList problems)
    {
        (_mapping, _what, _problems) = (mapping, what, problems);
        foreach (var entry in mapping.Entries.Where(entry => !known.Contains(entry.Key.Text)))
        {
            problems.Add(entry.Key.At, ProblemCodes.UnknownKey,
                $"unknown key {entry.Key.Shape} in {what}{NearestName.Hint(entry.Key.Text, known)}");
        }
    }

    internal SourcePlace At => _mapping.At;

    internal bool Has(string key) => _mapping[key] is not null;

    internal YamlValue? Value(string key) => _mapping[key];

    internal YamlValue? Required(string key)
    {
        var value = _mapping[key];
        if (value is null) _problems.Add(At, ProblemCodes.MissingKey, $"{_what} has no '{key}'");
        return value;
    }

    internal SourcePlace PlaceOf(string key) => _mapping[key]?.At ?? At;

    /// <summary>The value as a text; a problem and null when it is a list or mapping.</summary>
    internal Located<string>? Text(string key, bool required = false)
    {
        var value = required ? Required(key) : _mapping[key];
        return value is null ? null : Scalar(value, key);
    }

    internal Located<string>? Scalar(YamlValue value, string key)
    {
        if (value is YamlScalar scalar) return new(scalar.Text, scalar.At);
        Wrong(value, key, "a single value");
        return null;
    }

    internal YamlMapping? Mapping(YamlValue? value, string key)
    {
        if (value is null or YamlMapping) return (YamlMapping?)value;
        Wrong(value, key, "a mapping");
        return null;
    }

    internal ImmutableArray<YamlValue> Sequence(string key, bool required = false)
    {
        var value = required ? Required(key) : _mapping[key];
        if (value is null) return [];
        if (value is YamlSequence sequence) return sequence.Items;
        Wrong(value, key, "a list");
        return [];
    }

    internal long? Number(string key, long least, long most)
    {
        var text = Text(key);
        return text is null ? null : Number(text.Value, key, least, most);
    }

    internal long? Number(Located<string> text, string key, long least, long most)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign;
        if (!long.TryParse(text.Value.Trim(), style, CultureInfo.InvariantCulture, out var number))
        {
            _problems.Add(text.At, ProblemCodes.Unit, $"{key} must be a whole number, not {Quoted(text)}");
            return null;
        }

        if (number >= least && number <= most) return number;
        _problems.Add(text.At, ProblemCodes.Range, $"{key} is {number}; expected {least} to {most}");
        return null;
    }

    internal ByteSize? Size(Located<string> text, string key)
    {
        if (Quantities.TrySize(text.Value, out var size, out var problem)) return size;
        _problems.Add(text.At, ProblemCodes.Unit, $"{key}: {problem}");
        return null;
    }

    internal VirtualDuration? Duration(string key)
    {
        if (Text(key) is not { } text) return null;
        if (Quantities.TryDuration(text.Value, out var duration, out var problem)) return duration;
        _problems.Add(text.At, ProblemCodes.Unit, $"{key}: {problem}");
        return null;
    }

    internal int? Percent(string key)
    {
        if (Text(key) is not { } text) return null;
        if (Quantities.TryPercent(text.Value, out var percent, out var problem)) return percent;
        _problems.Add(text.At, ProblemCodes.Unit, $"{key}: {problem}");
        return null;
    }

    internal ImmutableArray<CpuId>? Cpus(Located<string> text, string key)
    {
        var cpus = CpuListText.Parse(text.Value, out var problem);
        if (problem is null) return cpus;
        _problems.Add(text.At, ProblemCodes.Cpus, $"{key}: {problem}");
        return null;
    }

    /// <summary>One of a few words; a problem and null for any other.</summary>
    internal string? OneOf(string key, IReadOnlyCollection<string> words)
    {
        if (Text(key) is not { } text) return null;
        if (words.Contains(text.Value)) return text.Value;
        _problems.Add(text.At, ProblemCodes.Word,
            $"{key}: {Quoted(text)} is unknown{NearestName.Hint(text.Value, words)}");
        return null;
    }

    /// <summary>What one of a few words stands for; a problem and null for any other.</summary>
    internal T? Word<T>(string key, IReadOnlyDictionary<string, T> words)
        where T : struct =>
        OneOf(key, [.. words.Keys]) is { } word ? words[word] : null;

    internal void Wrong(YamlValue value, string key, string expected) =>
        _problems.Add(value.At, ProblemCodes.Shape, $"{key} must be {expected}, not {value.Shape}");

    private static string Quoted(Located<string> text) => $"'{YamlScalar.Short(text.Value)}'";
}
