using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Studies;

/// <summary>Reads the study of a scenario, and sees to it that no constant of another machine enters it.</summary>
internal sealed class StudyReader
{
    /// <summary>Machines on which defaults of the cost model were fitted or measured.</summary>
    /// <remarks>Source: docs/cost-model.md.</remarks>
    private const string HoldMachine = "Sapphire Rapids";
    private const string TailMachine = "Xeon Gold 5320";
    private const string ZeroMachine = "Milan";

    private readonly Fields _fields;
    private readonly ProblemList _problems;

    private StudyReader(Fields fields, ProblemList problems) => (_fields, _problems) = (fields, problems);

    /// <returns>Null where the scenario has none.</returns>
    internal static Study? Read(Fields scenario, ProblemList problems)
    {
        if (scenario.Mapping(scenario.Value("study"), "study") is not { } mapping) return null;
        return new StudyReader(new(mapping, "the study", StudyKeys.Table, problems), problems).Read();
    }

    /// <summary>Constants that count must be the measured machine's own.</summary>
    internal static void CheckMachine(Scenario scenario, SourcePlace at, ProblemList problems)
    {
        if (scenario.Study is not { } study) return;
        Require(["holdBase", "holdPerPage"], HoldMachine);
        if (scenario.Workloads.Any(workload => workload.Basis.Request.Order.Value > 0))
            Require(["holdPerTail"], TailMachine);
        if (scenario.Workloads.Any(workload => workload.Basis.Request.IsFault)) Require(["zeroPerPage"], ZeroMachine);
        foreach (var constant in study.Fit)
        {
            var known = constant.Cost is { } cost ? scenario.Costs.ContainsKey(cost)
                : scenario.Workloads.Any(workload => workload.Name == constant.Workload);
            if (known) continue;
            problems.Add(constant.Path.At, ProblemCodes.Setting,
                $"'{constant.Path.Value}' is no constant; expected one under costs,"
                    + " or workloads.NAME.think of a workload");
        }

        void Require(string[] costs, string machine)
        {
            if (study.Measured.Contains(machine, StringComparison.Ordinal)) return;
            foreach (var cost in costs.Where(cost => !scenario.Costs.ContainsKey(cost)))
            {
                problems.Add(at, ProblemCodes.MissingKey, $"the study needs costs.{cost}: the model's own is that of"
                    + $" another machine ({machine})");
            }
        }
    }

    private Study Read()
    {
        var within = _fields.Mapping(_fields.Value("within"), "within") is { } mapping
            ? new Fields(mapping, "within", StudyKeys.Within, _problems)
            : new Fields(new YamlMapping([], _fields.At), "within", StudyKeys.Within, _problems);
        ImmutableArray<StudyPoint> points = [.. _fields.Sequence("points").Select(Point).OfType<StudyPoint>()];
        foreach (var twice in points.GroupBy(point => point.Name.Value).Where(group => group.Count() > 1))
        {
            _problems.Add(twice.Last().Name.At, ProblemCodes.Conflict,
                $"two points are named '{YamlScalar.Short(twice.Key)}'");
        }

        foreach (var against in points.Select(point => point.Against).OfType<Located<string>>())
        {
            if (points.Any(point => point.Name.Value == against.Value)) continue;
            var hint = NearestName.Hint(against.Value, [.. points.Select(point => point.Name.Value)]);
            _problems.Add(against.At, ProblemCodes.Word,
                $"against: no point is named '{YamlScalar.Short(against.Value)}'{hint}");
        }

        return new(_fields.Text("measured")?.Value ?? "", _fields.Text("source")?.Value ?? "", Fit(),
            within.PercentOrDefault("fitted"), within.PercentOrDefault("predicted"), points);
    }

    private ImmutableArray<FittedConstant> Fit()
    {
        var constants = ImmutableArray.CreateBuilder<FittedConstant>();
        foreach (var entry in _fields.Mapping(_fields.Value("fit"), "fit")?.Entries ?? [])
        {
            if (_fields.Scalar(entry.Value, entry.Key.Text) is not { } range) continue;
            var ends = range.Value.Split("..").Select(end => Nanoseconds(end.Trim())).ToList();
            if (ends is [{ } least, { } most] && least < most)
            {
                constants.Add(new(new(entry.Key.Text, entry.Key.At), least, most));
                continue;
            }

            _problems.Add(range.At, ProblemCodes.Range,
                $"'{YamlScalar.Short(range.Value)}' is no range; expected the least and the most, for example 20..120");
        }

        return constants.ToImmutable();
    }

    private StudyPoint? Point(YamlValue item)
    {
        if (_fields.Mapping(item, "a point") is not { } mapping) return null;
        var fields = new Fields(mapping, "a point", StudyKeys.Point, _problems);
        var name = fields.Text("name");
        var metric = fields.OneOf("metric");
        var settings = ImmutableArray.CreateBuilder<Setting>();
        foreach (var entry in fields.Mapping(fields.Value("set"), "set")?.Entries ?? [])
        {
            if (fields.Scalar(entry.Value, entry.Key.Text) is { } value)
                settings.Add(new("set", entry.Key.Text, value.Value));
        }

        var published = fields.Text("published") is { } text ? Range(text) : null;
        var isFitted = fields.OneOf("fit") == "true";
        if (isFitted && !fields.Has("published"))
            _problems.Add(fields.PlaceOf("fit"), ProblemCodes.Conflict, "fit: there is no published figure to fit on");
        return name is null || metric is null
            ? null
            : new(name.Value, RunMetric.All.First(one => one.Name == metric), settings.ToImmutable(), published,
                isFitted, fields.Text("against"));
    }

    private PublishedFigure? Range(Located<string> text)
    {
        var ends = text.Value.Split("..").Select(end => Published(end.Trim())).ToList();
        if (ends is [{ } one]) return one;
        if (ends is [{ } least, { } most] && least < most) return new(least, most);
        _problems.Add(text.At, ProblemCodes.Unit, $"published: '{YamlScalar.Short(text.Value)}' is no figure; expected"
            + " one such as 94ns, 66%, 1e6/s or 27x, or the least and the most such as 1.10x..1.18x");
        return null;
    }

    private static double? Published(string number)
    {
        var scale = 1.0;
        foreach (var (suffix, factor) in new[]
                 {
                     ("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("%", 0.01), ("/s", 1.0), ("x", 1.0),
                 })
        {
            if (!number.EndsWith(suffix, StringComparison.Ordinal)) continue;
            (number, scale) = (number[..^suffix.Length].Trim(), factor);
            break;
        }

        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(number, style, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value * scale
            : null;
    }

    private static long? Nanoseconds(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : Quantities.TryDuration(text, out var duration, out _) ? duration.Nanoseconds
            : null;
}
