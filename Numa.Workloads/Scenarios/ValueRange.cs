using System.Collections.Immutable;

namespace Numa.Workloads.Scenarios;

/// <summary>A range of values that a person wrote: <c>1..64:x2</c>, <c>1GiB..16GiB:+1GiB</c>, <c>0..3</c>.</summary>
internal sealed class ValueRange
{
    private const string Example = "for example 1..64:x2 or 1GiB..16GiB:+1GiB";

    private readonly string _text;
    private readonly List<string> _problems = [];

    private ValueRange(string text) => _text = text;

    private string Quoted => $"'{YamlScalar.Short(_text)}'";

    /// <param name="problems">Everything that is wrong with it.</param>
    /// <returns>Null after a problem.</returns>
    internal static ImmutableArray<string>? Read(string text, int most, out IReadOnlyList<string> problems)
    {
        var range = new ValueRange(text);
        problems = range._problems;
        return range.Read(most);
    }

    private ImmutableArray<string>? Read(int most)
    {
        var colon = _text.IndexOf(':', StringComparison.Ordinal);
        var ends = (colon < 0 ? _text : _text[..colon]).Split("..").Select(end => end.Trim()).ToList();
        if (ends.Count != 2)
        {
            _problems.Add($"{Quoted} has {ends.Count} ends; expected from..to, {Example}");
            return null;
        }

        var (from, to) = (End(ends[0], "beginning"), End(ends[1], "end"));
        if (from is not null && to is not null)
        {
            if (from.Family != to.Family)
            {
                _problems.Add($"{Quoted} begins with {from.Family.Words} and ends with {to.Family.Words}; "
                    + "expected units of one kind");
            }
            else if (to.Value < from.Value)
            {
                _problems.Add($"{Quoted} runs backwards, as {ends[0]} is more than {ends[1]}; "
                    + $"expected {ends[1]}..{ends[0]}");
            }
        }

        var step = colon < 0 ? "+1" : _text[(colon + 1)..].Trim();
        if (Width(step, from) is not { } width || _problems.Count > 0) return null;
        return Values(from!, to!.Value, step[0] == 'x', width, most);
    }

    private Written? End(string text, string which)
    {
        if (text.Length == 0) _problems.Add($"{Quoted} has no {which}; expected from..to, {Example}");
        else if (Written.Read(text) is not { } written)
            _problems.Add($"{Quoted}: {YamlScalar.Short(text)} is no number; expected digits, alone or with one of "
                + UnitFamily.Suffixes);
        else if (Math.Abs(written.Value) < UnitFamily.TooLarge) return written;
        else _problems.Add($"{Quoted}: {YamlScalar.Short(text)} is too large for a range");
        return null;
    }

    /// <summary>What a step adds, or the factor.</summary>
    /// <param name="from">Where the range begins, if that could be read.</param>
    private decimal? Width(string step, Written? from)
    {
        if (step.Length == 0 || step[0] is not ('+' or 'x'))
        {
            _problems.Add($"{Quoted}: step '{YamlScalar.Short(step)}' neither adds nor multiplies; "
                + "expected :+N or :xN");
            return null;
        }

        var (isFactor, digits) = (step[0] == 'x', step[1..].Trim());
        if (Written.Read(digits) is not { } written || Math.Abs(written.Value) >= UnitFamily.TooLarge)
        {
            _problems.Add($"{Quoted}: step '{YamlScalar.Short(step)}' has no number that can be used; "
                + (isFactor ? "expected a factor such as :x2" : "expected a width such as :+1"));
            return null;
        }

        var isPlain = written.Family == UnitFamily.Plain;
        if (!isPlain && (isFactor || (from is not null && from.Family != written.Family)))
        {
            _problems.Add($"{Quoted}: step '{YamlScalar.Short(step)}' is {written.Family.Words}; expected "
                + (isFactor || from!.Family == UnitFamily.Plain
                    ? "a number without unit"
                    : $"{from.Family.Words}, or a number without unit"));
            return null;
        }

        if (written.Value <= (isFactor ? 1 : 0))
        {
            _problems.Add($"{Quoted}: step '{YamlScalar.Short(step)}' never reaches the end; "
                + (isFactor ? "expected a factor above 1" : "expected a width above 0"));
            return null;
        }

        if (isFactor && from is { Value: <= 0 })
        {
            _problems.Add($"{Quoted} multiplies and does not begin above 0, so that it never reaches the end; "
                + "expected another beginning, or a step that adds (:+N)");
            return null;
        }

        // A bare width counts in the unit of the beginning.
        return isPlain && !isFactor ? written.Value * (from?.Unit ?? 1) : written.Value;
    }

    private ImmutableArray<string>? Values(Written from, decimal to, bool isFactor, decimal width, int most)
    {
        var values = ImmutableArray.CreateBuilder<string>();
        var value = from.Value;
        while (values.Count < most)
        {
            values.Add(from.Family.Text(value));
            // Asked before the step, which could lead beyond what a number holds.
            if (value > (isFactor ? to / width : to - width)) return values.ToImmutable();
            value = isFactor ? value * width : value + width;
        }

        _problems.Add($"{Quoted} has more than {most} values; expected a wider step, {Example}");
        return null;
    }

    /// <summary>A number and its unit as they stand in the text.</summary>
    /// <param name="Value">Unit: the smallest of the family.</param>
    /// <param name="Unit">How many of the smallest the written unit holds.</param>
    private sealed record Written(decimal Value, decimal Unit, UnitFamily Family)
    {
        internal static Written? Read(string text)
        {
            foreach (var family in UnitFamily.All)
            {
                if (family.Read(text) is { } read) return new(read.Value, read.Unit, family);
            }

            return null;
        }
    }
}
