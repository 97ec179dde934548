using System.Collections.Immutable;
using Numa.Core.Text;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>The keys that one mapping may have.</summary>
/// <param name="Name">Name of the table, one word: it is that of its part of the JSON Schema.</param>
/// <param name="About">What such a mapping is.</param>
public sealed record KeyTable(string Name, string About, ImmutableArray<Key> Keys)
{
    /// <summary>Groups of keys that exclude each other.</summary>
    public ImmutableArray<Choice> Choices { get; init; } = [];

    public ImmutableArray<string> Names { get; } = [.. Keys.Select(key => key.Name)];

    /// <summary>Keys of tables beside this one, with the words that say whose each is.</summary>
    internal ImmutableDictionary<string, string> Foreign { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The end of a message about a key that is none of the table's.</summary>
    internal string Hint(string word)
    {
        var near = NearestName.To(word, Names.Concat(Foreign.Keys.Order(StringComparer.Ordinal)));
        if (near is null || !Foreign.TryGetValue(near, out var whose)) return NearestName.Hint(word, Names);
        return near == word ? $"; {near} is {whose}" : $"; did you mean '{near}'? It is {whose}";
    }

    /// <summary>The key of this name; null when there is none.</summary>
    public Key? Find(string name) => Keys.FirstOrDefault(key => key.Name == name);

    /// <summary>The table with more keys.</summary>
    internal KeyTable With(IEnumerable<Key> more) => new(Name, About, [.. Keys, .. more]) { Choices = Choices };

    /// <summary>The table where nothing must be there: for a mapping of which it is not known what it is.</summary>
    internal KeyTable Loosened() =>
        new(Name, About, [.. Keys.Select(key => key with { IsRequired = false })]);
}
