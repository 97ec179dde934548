namespace Numa.Core.Rounds;

/// <summary>Narrows what a group may do in its turn; the run is the same.</summary>
/// <param name="go">Its limits may be set nearer, but after its T: what happens at T must go on.</param>
public delegate void NarrowWindow(int group, Go go);

/// <summary>How rounds are kept. No result depends on it.</summary>
public sealed record RoundOptions
{
    public static readonly RoundOptions Default = new();

    /// <summary>Null for windows as wide as the costs allow.</summary>
    public NarrowWindow? Narrow { get; init; }

    /// <summary>Pages are counted at the end of every round; that costs time by the blocks that live.</summary>
    public bool CountsPages { get; init; }
}
