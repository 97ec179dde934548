namespace Numa.Workloads.Studies;

/// <summary>What was published: a figure, or the range in which several lay.</summary>
/// <param name="Most">The same as <paramref name="Least"/> where it is one figure.</param>
public readonly record struct PublishedFigure(double Least, double Most)
{
    public static implicit operator PublishedFigure(double one) => new(one, one);

    /// <summary>How far another figure is off, as a share of the nearer end; 0 within the range.</summary>
    public double ErrorOf(double figure) =>
        figure < Least ? figure / Least - 1 : figure > Most ? figure / Most - 1 : 0;
}
