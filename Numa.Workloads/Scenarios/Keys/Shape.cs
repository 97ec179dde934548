using System.Collections.Immutable;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>What the value of a key looks like.</summary>
public abstract record Shape
{
    private Shape()
    {
    }

    public static Shape Text { get; } = new AnyText();

    public static Shape Size { get; } = new SizeText();

    public static Shape Duration { get; } = new DurationText();

    public static Shape Percent { get; } = new PercentText();

    public static Shape Cpus { get; } = new CpuList();

    /// <summary>A list of addresses such as <c>[2GiB-4GiB]</c>.</summary>
    public static Shape Ranges { get; } = new ListOf(new Form("a range such as 2GiB-4GiB",
        $"^\\s*{Quantities.SizePattern}\\s*-\\s*{Quantities.SizePattern}\\s*$"));

    /// <summary>What it is, for people: <c>a size such as 8GiB</c>.</summary>
    public abstract string Words { get; }

    public static Shape Whole(decimal least, decimal most) => new WholeNumber(least, most);

    public static Shape Real(double least, double most) => new RealNumber(least, most);

    public static Shape Word(IEnumerable<string> words) => new OneWord([.. words]);

    public static Shape List(Shape item, int least = 0) => new ListOf(item) { Least = least };

    public static Shape Pair(Shape item) => new ListOf(item) { Least = 2, Most = 2 };

    public static Shape Mapping(KeyTable table) => new KeyMapping(table);

    public static Shape Either(params ImmutableArray<Shape> shapes) => new OneShape(shapes);

    /// <summary>Any text, number or word.</summary>
    public sealed record AnyText : Shape
    {
        public override string Words => "a text";
    }

    /// <summary>A text of a form that a pattern tells, as far as a pattern can.</summary>
    /// <param name="Pattern">A regular expression of ECMA-262, for editors; readers go further.</param>
    public sealed record Form(string What, string Pattern) : Shape
    {
        /// <summary>YAML may take such a text for a number.</summary>
        public bool IsMaybeNumber { get; init; }

        public override string Words => What;
    }

    /// <summary>A size with its unit.</summary>
    public sealed record SizeText : Shape
    {
        public override string Words => "a size such as 8GiB";
    }

    /// <summary>A duration with its unit.</summary>
    public sealed record DurationText : Shape
    {
        public override string Words => "a duration such as 50ms";
    }

    /// <summary>A share with its sign.</summary>
    public sealed record PercentText : Shape
    {
        public override string Words => "a share such as 10%";
    }

    /// <summary>CPUs as the kernel lists them.</summary>
    public sealed record CpuList : Shape
    {
        public override string Words => "CPUs such as 0-3,8";
    }

    /// <summary>A whole number within bounds, both included.</summary>
    public sealed record WholeNumber(decimal Least, decimal Most) : Shape
    {
        public override string Words => FormattableString.Invariant($"a whole number, {Least} to {Most}");
    }

    /// <summary>A number with or without a decimal point within bounds, both included.</summary>
    public sealed record RealNumber(double Least, double Most) : Shape
    {
        public override string Words => FormattableString.Invariant($"a number, {Least} to {Most}");
    }

    /// <summary>One word of several.</summary>
    public sealed record OneWord(ImmutableArray<string> Known) : Shape
    {
        public override string Words => string.Join(" or ", Known);
    }

    /// <summary>A list whose items are all of one shape.</summary>
    public sealed record ListOf(Shape Item) : Shape
    {
        /// <summary>Fewest items.</summary>
        public int Least { get; init; }

        /// <summary>Most items; null for any number.</summary>
        public int? Most { get; init; }

        public override string Words => $"a list{(Most is { } most ? $" of {most}" : "")}, each {Item.Words}";
    }

    /// <summary>A mapping with known keys.</summary>
    public sealed record KeyMapping(KeyTable Table) : Shape
    {
        private const int Few = 6;

        public override string Words =>
            Table.Names.Length > Few ? "a mapping" : $"a mapping with {string.Join(", ", Table.Names)}";
    }

    /// <summary>A mapping whose keys are names that the file gives, or numbers.</summary>
    /// <param name="Named">What a name stands for: <c>a node</c>.</param>
    /// <param name="Value">Shape of each value.</param>
    public sealed record ByName(string Named, Shape Value) : Shape
    {
        /// <summary>Fewest names.</summary>
        public int Least { get; init; }

        /// <summary>The names are numbers.</summary>
        public bool AreNumbers { get; init; }

        /// <summary>The only names; empty for any.</summary>
        public ImmutableArray<string> Known { get; init; } = [];

        public override string Words => $"{Value.Words} for each {Named}"
            + (Known.IsEmpty ? "" : $" ({string.Join(", ", Known)})");
    }

    /// <summary>A mapping whose key <c>kind</c> says which other keys it may have.</summary>
    public sealed record Workload : Shape
    {
        public override string Words => "a mapping with its kind";
    }

    /// <summary>A value of one of several shapes.</summary>
    public sealed record OneShape(ImmutableArray<Shape> Shapes) : Shape
    {
        public override string Words => string.Join(", or ", Shapes.Select(shape => shape.Words));
    }
}
