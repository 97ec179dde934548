using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Time;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads the keys of one mapping into typed values and notes every problem on the way.</summary>
/// <remarks>Bounds, words and defaults are those of the table: no reader has its own.</remarks>
internal sealed class Fields
{
    /// <summary>Word of YAML 1.1 for the keys of another mapping.</summary>
    private const string MergeKey = "<<";

    private readonly YamlMapping _mapping;
    private readonly string _what;
    private readonly KeyTable _table;
    private readonly ProblemList _problems;

    /// <summary>Keys that are there but misspelt, or have no value: they are not missing too.</summary>
    private readonly HashSet<string?> _meant = [];

    /// <param name="what">The mapping in messages, for example <c>workload 'fill'</c>.</param>
    /// <param name="table">Every key that the mapping may have; what must be there is asked for here.</param>
    internal Fields(YamlMapping mapping, string what, KeyTable table, ProblemList problems)
    {
        (_what, _table, _problems) = (what, table, problems);
        var entries = mapping.Entries.RemoveAll(entry => entry.Value is YamlScalar { IsNull: true });
        _mapping = mapping with { Entries = entries };
        foreach (var entry in mapping.Entries.Where(entry => !table.Names.Contains(entry.Key.Text)))
        {
            problems.Add(entry.Key.At, ProblemCodes.UnknownKey,
                $"unknown key {entry.Key.Shape} in {what}{HintOf(entry)}");
            _meant.Add(NearestName.To(entry.Key.Text, table.Names));
            // What it leads to may hold every key.
            if (IsOther(entry.Key.Text)) _meant.UnionWith(table.Names);
        }

        foreach (var key in mapping.Entries.Except(_mapping.Entries).Select(entry => entry.Key))
        {
            if (table.Find(key.Text) is not { } known || !_meant.Add(key.Text)) continue;
            problems.Add(key.At, ProblemCodes.MissingKey,
                $"key {key.Shape} in {what} has no value; expected {known.Shape.Words}");
        }

        foreach (var key in table.Keys.Where(key => key.IsRequired && !Has(key.Name))) Missing(key.Name);
        foreach (var choice in table.Choices) Check(choice);
    }

    internal SourcePlace At => _mapping.At;

    internal bool Has(string key) => _mapping[key] is not null;

    /// <summary>The key is misspelt, or has no value: what it was to say is not known.</summary>
    internal bool IsMeant(string key) => _meant.Contains(key);

    internal YamlValue? Value(string key) => _mapping[key];

    internal void Missing(string key)
    {
        if (!_meant.Contains(key)) _problems.Add(At, ProblemCodes.MissingKey, $"{_what} has no '{key}'");
    }

    internal SourcePlace PlaceOf(string key) => _mapping[key]?.At ?? At;

    /// <summary>The value as a text; a problem and null when it is a list or mapping.</summary>
    internal Located<string>? Text(string key) => _mapping[key] is { } value ? Scalar(value, key) : null;

    internal Located<string>? Scalar(YamlValue value, string key)
    {
        if (value is YamlScalar scalar) return new(scalar.Text, scalar.At);
        Wrong(value, key, _table.Find(key)?.Shape.Words ?? "a single value");
        return null;
    }

    internal YamlMapping? Mapping(YamlValue? value, string key)
    {
        if (value is null or YamlMapping) return (YamlMapping?)value;
        Wrong(value, key, "a mapping");
        return null;
    }

    internal ImmutableArray<YamlValue> Sequence(string key)
    {
        var value = _mapping[key];
        if (value is null) return [];
        if (value is YamlSequence sequence) return sequence.Items;
        var isPlain = value is YamlScalar && _table.Find(key)?.Shape is Shape.ListOf
            { Item: not (Shape.KeyMapping or Shape.ListOf) };
        Wrong(value, key, "a list", isPlain ? $"; write [{((YamlScalar)value).Text}]" : "");
        return [];
    }

    /// <summary>A whole number within the key's bounds.</summary>
    internal long? Number(string key) =>
        Text(key) is { } text ? Number(text, key, ShapeOf<Shape.WholeNumber>(key)) : null;

    /// <summary>The number, or what holds without it; after a problem, a stand-in that is within bounds.</summary>
    internal long NumberOrDefault(string key) => Number(key)
        ?? (long.TryParse(DefaultOf(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var held)
            ? held : (long)ShapeOf<Shape.WholeNumber>(key).Least);

    /// <param name="key">What the number is, for messages.</param>
    internal long? Number(Located<string> text, string key, Shape.WholeNumber bounds)
    {
        if (!Quantities.TryNumber(text.Value, out var number, out var hint))
        {
            // A number that is too long for any is out of range like another.
            if (hint.Length == 0 && decimal.TryParse(text.Value, NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out _))
            {
                hint = FormattableString.Invariant($"; expected {bounds.Least} to {bounds.Most}");
            }

            _problems.Add(text.At, ProblemCodes.Unit, $"{key} must be a whole number, not {Quoted(text)}{hint}");
            return null;
        }

        if (number >= bounds.Least && number <= bounds.Most) return number;
        _problems.Add(text.At, ProblemCodes.Range, FormattableString.Invariant(
            $"{key} is {number}; expected {bounds.Least} to {bounds.Most}"));
        return null;
    }

    internal ByteSize? Size(string key) => Text(key) is { } text ? Size(text, key) : null;

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

    internal VirtualDuration DurationOrDefault(string key)
    {
        if (Duration(key) is { } written) return written;
        Invariant.Holds(Quantities.TryDuration(_table.Find(key)!.Default!, out var held, out _));
        return held;
    }

    internal int PercentOrDefault(string key) => Percent(Text(key) ?? new(_table.Find(key)!.Default!, At), key) ?? 0;

    internal int? Percent(Located<string> text, string key)
    {
        if (Quantities.TryPercent(text.Value, out var percent, out var problem)) return percent;
        _problems.Add(text.At, ProblemCodes.Unit, $"{key}: {problem}");
        return null;
    }

    /// <summary>The value, or that of the key's default as a file would have it.</summary>
    internal YamlValue ValueOrDefault(string key) => _mapping[key] ?? DefaultValueOf(key);

    internal YamlValue DefaultValueOf(string key) => YamlText.Read(DefaultOf(key)!, "", _problems, At)!;

    internal ImmutableArray<CpuId>? Cpus(Located<string> text, string key)
    {
        var cpus = CpuListText.Parse(text.Value, out var problem);
        if (problem is null) return cpus;
        var word = text.Value.Trim();
        var hint = word.StartsWith("node", StringComparison.OrdinalIgnoreCase) ? "; all of a node are node: 1"
            : word.Equals("all", StringComparison.OrdinalIgnoreCase) ? "; did you mean 'all'?" : "";
        _problems.Add(text.At, ProblemCodes.Cpus, $"{key}: {problem}{hint}");
        return null;
    }

    /// <summary>One of the key's words; a problem and null for any other.</summary>
    internal string? OneOf(string key)
    {
        if (Text(key) is not { } text) return null;
        var words = ShapeOf<Shape.OneWord>(key).Known;
        if (words.Contains(text.Value)) return text.Value;
        _problems.Add(text.At, ProblemCodes.Word,
            $"{key}: {Quoted(text)} is unknown{NearestName.Hint(text.Value, words)}");
        return null;
    }

    /// <summary>What one of the key's words stands for; a problem and null for any other.</summary>
    internal T? Word<T>(string key, IReadOnlyDictionary<string, T> meanings)
        where T : struct =>
        OneOf(key) is { } word ? meanings[word] : null;

    internal T WordOrDefault<T>(string key, IReadOnlyDictionary<string, T> meanings)
        where T : struct =>
        Word(key, meanings) ?? meanings[_table.Find(key)!.Default!];

    /// <summary>What holds where the key is left out; null where nothing can be written for it.</summary>
    internal string? DefaultOf(string key) => _table.Find(key)?.Default;

    internal void Wrong(YamlValue value, string key, string expected, string hint = "") =>
        _problems.Add(value.At, ProblemCodes.Shape, $"{key} must be {expected}, not {value.Shape}{hint}");

    /// <summary>Whether a key is to bring the keys of another mapping.</summary>
    private static bool IsOther(string key) => key is MergeKey or Key.Extends;

    /// <summary>The end of the message about a key that the table does not have.</summary>
    private string HintOf(YamlEntry unknown) => unknown switch
    {
        // {cpus: 0,3} is a key "cpus" and a key "3": YAML's braces split at commas.
        { Value: YamlScalar { IsNull: true, Text: "" } } when _mapping.IsInBraces =>
            "; within braces a value with commas must be in quotes",
        { Key.Text: MergeKey } => "; merge keys are not read; write the keys out, or have the file extend another",
        { Key.Text: Key.Extends } => "; a whole file extends another: the key stands at its top",
        _ => _table.Hint(unknown.Key.Text),
    };

    private void Check(Choice choice)
    {
        var held = choice.Keys.Where(Has).ToList();
        if (held.Count == 0)
        {
            if (choice.IsOptional || choice.Keys.Any(_meant.Contains)) return;
            _problems.Add(At, ProblemCodes.MissingKey, $"{_what} must have one of {choice.Words}{choice.Hint}");
        }
        else if (held.Count > 1)
        {
            _problems.Add(PlaceOf(held[1]), ProblemCodes.Conflict,
                $"{_what} has {Choice.Joined(held)}; expected one of {choice.Words}");
        }
    }

    private T ShapeOf<T>(string key)
        where T : Shape
    {
        var shape = _table.Find(key)?.Shape;
        var fitting = shape is Shape.OneShape several ? several.Shapes.OfType<T>().FirstOrDefault() : shape as T;
        return fitting ?? throw new InvariantBreachException($"the table has '{key}' as {typeof(T).Name}");
    }

    private static string Quoted(Located<string> text) => $"'{YamlScalar.Short(text.Value)}'";
}
