namespace Numa.Workloads.Scenarios.Keys;

/// <summary>How a duration or a number may vary from one draw to the next.</summary>
public static class DistributionKeys
{
    /// <summary>Most pieces of one draw.</summary>
    internal const long MostPieces = 65_536;

    internal const double MostSigma = 10;

    private static readonly Shape Pieces = Shape.Whole(0, MostPieces);

    public static KeyTable LognormalDuration { get; } = Lognormal("lognormal-duration", Shape.Duration);

    public static KeyTable LognormalNumber { get; } = Lognormal("lognormal-number", Pieces);

    public static KeyTable OfDurations { get; } = Table("varying-duration", Shape.Duration, LognormalDuration);

    public static KeyTable OfNumbers { get; } = Table("varying-number", Pieces, LognormalNumber);

    /// <summary>A duration, or how it varies.</summary>
    public static Shape Duration { get; } = Shape.Either(Shape.Duration, Shape.Mapping(OfDurations));

    /// <summary>A number of pieces, or how it varies.</summary>
    public static Shape Number { get; } = Shape.Either(Pieces, Shape.Mapping(OfNumbers));

    private static KeyTable Lognormal(string name, Shape one) => new(name, "Many small ones and a few very large.",
    [
        new("median", one, "Half of all draws are below.") { IsRequired = true },
        new("sigma", Shape.Real(0, MostSigma),
            "Deviation of the natural logarithm: two thirds of all draws lie within a factor of e^sigma of the median.")
        { IsRequired = true },
    ]);

    private static KeyTable Table(string name, Shape one, KeyTable lognormal) => new(name, "One distribution.",
    [
        new("constant", one, "Always the same; the value alone says so too."),
        new("uniform", Shape.Pair(one), "From the first to the second, all alike."),
        new("exponential", one, "The mean; the next event knows nothing of the last."),
        new("poisson", one,
            "Of events that know nothing of each other: as a duration the mean gap, as a number the mean count."),
        new("lognormal", Shape.Mapping(lognormal), "By its median and the deviation of its logarithm."),
    ])
    {
        Choices = [new(["constant", "uniform", "exponential", "poisson", "lognormal"])],
    };
}
