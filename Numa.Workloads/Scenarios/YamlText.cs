using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads a YAML text into a tree that knows the place of each part.</summary>
/// <remarks>Bounded in length, depth and parts. Anchors are refused: a few of them can stand for gigabytes.</remarks>
internal sealed class YamlText
{
    /// <summary>Longest text. Unit: characters.</summary>
    internal const int MaxLength = 1 << 20;

    private const int MaxDepth = 16;
    private const int MaxParts = 100_000;

    private readonly string _file;
    private readonly SourcePlace? _fixedPlace;
    private readonly ProblemList _problems;
    private readonly Parser _parser;
    private int _parts;

    private YamlText(string text, string file, SourcePlace? fixedPlace, ProblemList problems)
    {
        _file = file;
        _fixedPlace = fixedPlace;
        _problems = problems;
        _parser = new(new StringReader(text));
    }

    /// <param name="at">When given, the place of every part: for a value on the command line.</param>
    /// <returns>Null after a problem that leaves no tree.</returns>
    internal static YamlValue? Read(string text, string file, ProblemList problems, SourcePlace? at = null)
    {
        var whole = at ?? new SourcePlace(file, 1, 1);
        if (text.Length > MaxLength)
        {
            problems.Add(whole, ProblemCodes.Limit, $"{text.Length} characters; at most {MaxLength} are read");
            return null;
        }

        if (!TextCharacters.Check(text, file, at, problems)) return null;
        // Parser and scanner recurse only through us; brackets alone can still nest without end.
        try
        {
            return new YamlText(text, file, at, problems).Document(whole);
        }
        catch (YamlException exception)
        {
            if (at is null && TabIn(text) is { } line)
                problems.Add(new(file, line, 1), ProblemCodes.Syntax, "a tab indents this line; expected spaces");
            else problems.Add(at ?? Place(file, exception.Start), ProblemCodes.Syntax, Message(exception));
            return null;
        }
        catch (LimitException exception)
        {
            problems.Add(exception.At, ProblemCodes.Limit, exception.Message);
            return null;
        }
    }

    private YamlValue? Document(SourcePlace whole)
    {
        Advance();
        Advance();
        if (_parser.Current is StreamEnd or null)
        {
            _problems.Add(whole, ProblemCodes.Syntax, "the document is empty");
            return null;
        }

        Advance();
        var value = Value(0);
        Advance();
        if (_parser.Current is DocumentStart second)
        {
            _problems.Add(Place(second), ProblemCodes.Syntax, "a second document begins here; one is expected");
            return null;
        }

        if (value is YamlScalar { Text: "" })
        {
            _problems.Add(whole, ProblemCodes.Syntax, "the document is empty");
            return null;
        }

        return value;
    }

    /// <summary>Reads the value at the current event and moves past it.</summary>
    private YamlValue Value(int depth)
    {
        var current = _parser.Current!;
        var at = Place(current);
        if (++_parts > MaxParts) throw new LimitException(at, $"more than {MaxParts} keys and values");
        if (depth > MaxDepth) throw new LimitException(at, $"nested more than {MaxDepth} deep");
        if (current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            throw new LimitException(at, "anchors and aliases are not read; write the value out");
        Advance();
        return current switch
        {
            SequenceStart => Sequence(at, depth),
            MappingStart mapping => Mapping(at, depth) with { IsInBraces = mapping.Style == MappingStyle.Flow },
            Scalar scalar => new YamlScalar(scalar.Value, at)
            {
                IsLiteral = scalar.Style == ScalarStyle.Literal && _fixedPlace is null,
                IsNull = scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" },
            },
            _ => throw new YamlException(current.Start, current.End, "a value is expected here"),
        };
    }

    private YamlSequence Sequence(SourcePlace at, int depth)
    {
        var items = ImmutableArray.CreateBuilder<YamlValue>();
        while (_parser.Current is not SequenceEnd) items.Add(Value(depth + 1));
        Advance();
        return new(items.ToImmutable(), at);
    }

    private YamlMapping Mapping(SourcePlace at, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<YamlEntry>();
        var places = new Dictionary<string, SourcePlace>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            var key = Value(depth + 1);
            var value = Value(depth + 1);
            if (key is not YamlScalar name)
                _problems.Add(key.At, ProblemCodes.Shape, $"a key must be a word, not {key.Shape}");
            else if (places.TryGetValue(name.Text, out var first))
                _problems.Add(name.At, ProblemCodes.DuplicateKey, $"key {name.Shape} stands already at {first}");
            else
            {
                places.Add(name.Text, name.At);
                entries.Add(new(name, value));
            }
        }

        Advance();
        return new(entries.ToImmutable(), at);
    }

    /// <summary>Moves to the next event.</summary>
    private void Advance()
    {
        try
        {
            _parser.MoveNext();
        }
        catch (Exception exception) when (exception is not YamlException)
        {
            // The parser's own slips on broken texts (InvalidOperationException and others, found by mutation).
            var mark = _parser.Current?.End ?? Mark.Empty;
            throw new YamlException(mark, mark, "the text breaks off or is malformed after this place", exception);
        }
    }

    private SourcePlace Place(ParsingEvent parsing) => _fixedPlace ?? Place(_file, parsing.Start);

    private static SourcePlace Place(string file, Mark mark) =>
        new(file, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    /// <summary>The first line that a tab indents, from 1; null when there is none.</summary>
    private static int? TabIn(string text)
    {
        var lines = text.Split('\n');
        var line = Array.FindIndex(lines, line => line.TrimStart(' ').StartsWith('\t') && line.Trim().Length > 0);
        return line < 0 ? null : line + 1;
    }

    private static string Message(YamlException exception) =>
        $"no valid YAML: {exception.Message.ReplaceLineEndings(" ")}";

    private sealed class LimitException(SourcePlace at, string message) : Exception(message)
    {
        public SourcePlace At { get; } = at;
    }
}
