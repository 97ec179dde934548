using System.Globalization;
using Numa.Core.Text;
using Numa.Workloads.Scenarios.Keys;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads a duration or a number that varies: <c>50us</c>, <c>{exponential: 50us}</c>,
/// <c>{lognormal: {median: 100us, sigma: 1.5}}</c>.</summary>
/// <param name="durations">Whether it is a duration, in nanoseconds, or a number of pieces.</param>
internal sealed class DistributionReader(bool durations, ProblemList problems)
{
    /// <summary>What a key says, or its default.</summary>
    internal Distribution Read(Fields fields, string key) =>
        Read(fields, fields.ValueOrDefault(key), key) ?? Distribution.Constant(1);

    private Distribution? Read(Fields fields, YamlValue value, string key)
    {
        if (value is YamlScalar)
            return Amount(fields, value, key) is { } one ? Distribution.Constant(one) : null;
        if (fields.Mapping(value, key) is not { } mapping) return null;
        var table = durations ? DistributionKeys.OfDurations : DistributionKeys.OfNumbers;
        var own = new Fields(mapping, key, table, problems);
        var shapes = table.Names.Where(own.Has).ToList();
        if (shapes is not [var name]) return null;
        return name switch
        {
            "uniform" => Uniform(own),
            "lognormal" => Lognormal(own),
            _ => own.Text(name) is not { } text || Amount(own, text, name) is not { } amount ? null
                : new(ShapeOf(name), amount),
        };
    }

    // The gaps of a Poisson process are exponential.
    private DistributionShape ShapeOf(string name) => name switch
    {
        "constant" => DistributionShape.Constant,
        "poisson" when !durations => DistributionShape.Poisson,
        _ => DistributionShape.Exponential,
    };

    private Distribution? Uniform(Fields fields)
    {
        var items = fields.Sequence("uniform");
        if (items.Length != 2)
        {
            if (fields.Value("uniform") is YamlSequence)
            {
                problems.Add(fields.PlaceOf("uniform"), ProblemCodes.Shape,
                    $"uniform has {items.Length} values; expected two, the least and the most");
            }

            return null;
        }

        if (Amount(fields, items[0], "uniform") is not { } least) return null;
        if (Amount(fields, items[1], "uniform") is not { } most) return null;
        if (least <= most) return new(DistributionShape.Uniform, least, most);
        problems.Add(items[1].At, ProblemCodes.Range,
            $"uniform goes from {least} to {most}; expected the least first");
        return null;
    }

    private Distribution? Lognormal(Fields fields)
    {
        if (fields.Mapping(fields.Value("lognormal"), "lognormal") is not { } mapping) return null;
        var own = new Fields(mapping, "lognormal",
            durations ? DistributionKeys.LognormalDuration : DistributionKeys.LognormalNumber, problems);
        var median = own.Text("median") is { } text ? Amount(own, text, "median") : null;
        if (own.Text("sigma") is not { } sigma) return null;
        const NumberStyles style = NumberStyles.AllowDecimalPoint;
        if (!double.TryParse(sigma.Value.Trim(), style, CultureInfo.InvariantCulture, out var deviation)
            || deviation > DistributionKeys.MostSigma)
        {
            problems.Add(sigma.At, ProblemCodes.Range, FormattableString.Invariant(
                $"sigma is '{YamlScalar.Short(sigma.Value)}'; expected a number, 0 to {DistributionKeys.MostSigma}"));
            return null;
        }

        return median is { } middle ? new(DistributionShape.Lognormal, middle, deviation) : null;
    }

    private long? Amount(Fields fields, YamlValue value, string key) =>
        fields.Scalar(value, key) is { } text ? Amount(fields, text, key) : null;

    private long? Amount(Fields fields, Located<string> text, string key)
    {
        if (!durations) return fields.Number(text, key, new(0, DistributionKeys.MostPieces));
        if (Quantities.TryDuration(text.Value, out var duration, out var problem)) return duration.Nanoseconds;
        problems.Add(text.At, ProblemCodes.Unit, $"{key}: {problem}");
        return null;
    }
}
