using System.Collections.Immutable;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>Keys of which a mapping has exactly one.</summary>
/// <param name="Hint">End of the message when it has none: what one could write.</param>
public sealed record Choice(ImmutableArray<string> Keys, string Hint = "")
{
    /// <summary>The names, for messages: <c>at and after</c>.</summary>
    internal string Words => Joined(Keys);

    internal static string Joined(IReadOnlyList<string> names) => names.Count < 2
        ? string.Concat(names)
        : string.Join(", ", names.SkipLast(1)) + " and " + names[^1];
}
