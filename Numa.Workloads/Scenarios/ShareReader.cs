using System.Collections.Immutable;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads shares of several things, 100 % together: <c>{0: 70%, 1: 30%}</c>.</summary>
internal static class ShareReader
{
    /// <param name="nameOf">What an entry is for; null, with a problem, for none.</param>
    /// <returns>In percent, the default after a problem.</returns>
    internal static ImmutableSortedDictionary<T, int> Read<T>(
        Fields fields, string key, Func<Located<string>, T?> nameOf, ProblemList problems)
        where T : struct
    {
        var shares = ImmutableSortedDictionary.CreateBuilder<T, int>();
        var value = fields.ValueOrDefault(key);
        if (fields.Mapping(value, key) is not { } mapping) return Read(nameOf, fields, key);
        var isRead = true;
        foreach (var entry in mapping.Entries)
        {
            var name = nameOf(new(entry.Key.Text, entry.Key.At));
            var share = fields.Scalar(entry.Value, key) is { } text ? fields.Percent(text, key) : null;
            if (name is { } known && share is { } percent) shares[known] = percent;
            else isRead = false;
        }

        if (!isRead) return Read(nameOf, fields, key);
        var sum = shares.Values.Sum();
        if (sum == 100) return shares.ToImmutable();
        problems.Add(value.At, ProblemCodes.Range, $"{key} are {sum}% together; expected 100%");
        return Read(nameOf, fields, key);
    }

    private static ImmutableSortedDictionary<T, int> Read<T>(
        Func<Located<string>, T?> nameOf, Fields fields, string key)
        where T : struct =>
        ((YamlMapping)fields.DefaultValueOf(key)).Entries.ToImmutableSortedDictionary(
            entry => nameOf(new(entry.Key.Text, entry.Key.At))!.Value,
            entry => fields.Percent(new(((YamlScalar)entry.Value).Text, entry.Value.At), key) ?? 0);
}
