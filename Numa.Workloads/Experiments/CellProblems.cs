using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>What is wrong with the cells of a grid, each cause once however many values have it.</summary>
internal sealed partial class CellProblems
{
    /// <summary>Values that a problem names before it only counts them.</summary>
    private const int MostNamed = 5;

    private readonly List<Cause> _causes = [];

    internal bool IsEmpty => _causes.Count == 0;

    /// <summary>All of them, in the order in which they were found.</summary>
    internal IReadOnlyList<Problem> All => [.. _causes.Select(cause => cause.Problem)];

    internal void Add(IEnumerable<Problem> problems)
    {
        foreach (var problem in problems) Add(problem, []);
    }

    /// <param name="varied">The cell's own settings.</param>
    internal void Add(Problem problem, ImmutableArray<Setting> varied)
    {
        var setting = varied.FirstOrDefault(setting => setting.At == problem.At);
        var known = _causes.FirstOrDefault(cause => cause.Is(problem, setting));
        if (known is null) _causes.Add(new(problem, setting));
        else known.Add(problem, setting);
    }

    /// <summary>One cause: problems that differ in nothing but the value and what numbers follow from it.</summary>
    private sealed partial class Cause(Problem first, Setting? setting)
    {
        private readonly string _form = Form(first, setting);
        private readonly List<string> _values = setting is null ? [] : [setting.Value];
        private bool _namesValue;

        internal Problem Problem => _values.Count < 2 ? first
            : _namesValue ? first with { Message = $"{first.Message} (likewise {Others()})" }
            // The same of every value is no problem of the value.
            : first with { At = new($"{setting!.Option} {setting.Path}", 0, 0) };

        internal bool Is(Problem problem, Setting? its) => setting is null || its is null
            ? first == problem
            : its.Path == setting.Path && problem.Code == first.Code && Form(problem, its) == _form;

        internal void Add(Problem problem, Setting? its)
        {
            if (its is null || _values.Contains(its.Value)) return;
            _values.Add(its.Value);
            _namesValue |= problem.Message != first.Message;
        }

        private string Others() => string.Join(", ", _values.Skip(1).Take(MostNamed).Select(YamlScalar.Short))
            + (_values.Count - 1 > MostNamed ? $" and {_values.Count - 1 - MostNamed} more" : "");

        private static string Form(Problem problem, Setting? its)
        {
            // In quotes where messages show it so: a value such as "a" is a word of the message too.
            var quoted = $"'{YamlScalar.Short(its?.Value ?? "")}'";
            return Digits().Replace(problem.Message.Replace(quoted, "''", StringComparison.Ordinal), "0");
        }

        [GeneratedRegex("[0-9]+")]
        private static partial Regex Digits();
    }
}
