using System.Collections.Immutable;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Keys that exclude each other: a mapping has exactly one of them, or none where that is optional.</summary>
/// <param name="Hint">End of the message when it has none: what one could write.</param>
public sealed record Choice(ImmutableArray<string> Keys, string Hint = "")
{
    /// <summary>A mapping may do without.</summary>
    public bool IsOptional { get; init; }

    /// <summary>The names, for messages: <c>at and after</c>.</summary>
    internal string Words => Joined(Keys);

    internal static string Joined(IReadOnlyList<string> names) => names.Count < 2
        ? string.Concat(names)
        : string.Join(", ", names.SkipLast(1)) + " and " + names[^1];
}
