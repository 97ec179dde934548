using Numa.Core.Text;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Lays one mapping over another: mappings merge key by key, all else replaces, <c>~</c> takes away.</summary>
/// <remarks>Every value keeps its own place. A key replaces those that cannot stand beside it: <c>pages</c> over
/// <c>size</c>.</remarks>
internal sealed class MappingMerge(ProblemList problems)
{
    /// <param name="shape">What the keys mean; null where that is not known.</param>
    /// <param name="from">The file below, for messages.</param>
    internal YamlMapping Over(YamlMapping below, YamlMapping above, Shape? shape, string from)
    {
        var merged = Beside(below, above, shape) with { At = above.At };
        foreach (var entry in above.Entries)
        {
            var name = entry.Key.Text;
            if (entry.Value is YamlScalar { IsNull: true })
            {
                if (below[name] is null) NothingToTakeAway(entry.Key, below, from);
                merged = merged with { Entries = merged.Entries.RemoveAll(other => other.Key.Text == name) };
            }
            else if (entry.Value is YamlMapping own && merged[name] is YamlMapping under)
            {
                merged = merged.With(name, Over(under, own, Child(shape, name, below, above), from));
            }
            else
            {
                merged = merged.With(entry);
            }
        }

        return merged;
    }

    /// <summary>What of a mapping can stand beside what is written over it.</summary>
    internal static YamlMapping Beside(YamlMapping below, YamlMapping above, Shape? shape) => below with
    {
        Entries = [.. below.Entries.Where(entry => !IsReplaced(entry.Key.Text, below, above, shape))],
    };

    private void NothingToTakeAway(YamlScalar key, YamlMapping below, string from) =>
        problems.Add(key.At, ProblemCodes.UnknownKey, $"'{YamlScalar.Short(from)}' has no {key.Shape} to take away"
            + NearestName.Hint(key.Text, [.. below.Entries.Select(entry => entry.Key.Text)]));

    /// <summary>Whether a key below goes because of what is written above: an alternative to it, or another kind of
    /// workload.</summary>
    private static bool IsReplaced(string name, YamlMapping below, YamlMapping above, Shape? shape)
    {
        if (above[name] is not null) return false;
        if (Table(shape, below, above) is not { } table) return false;
        if (table.Choices.Any(choice => choice.Keys.Contains(name) && choice.Keys.Any(key => above[key] is not null)))
            return true;
        return Find<Shape.Workload>(shape) is not null && table.Find(name) is null
            && WorkloadKinds.TableOf(Kind(below)).Find(name) is not null;
    }

    /// <summary>What a key of the merged mapping means.</summary>
    internal static Shape? Child(Shape? shape, string name, YamlMapping below, YamlMapping above) =>
        Find<Shape.ByName>(shape)?.Value ?? Table(shape, below, above)?.Find(name)?.Shape;

    private static KeyTable? Table(Shape? shape, YamlMapping below, YamlMapping above) =>
        Find<Shape.Workload>(shape) is not null
            ? WorkloadKinds.TableOf(Kind(above) ?? Kind(below))
            : Find<Shape.KeyMapping>(shape)?.Table;

    private static string? Kind(YamlMapping workload) => (workload["kind"] as YamlScalar)?.Text;

    private static T? Find<T>(Shape? shape)
        where T : Shape =>
        shape as T ?? (shape as Shape.OneShape)?.Shapes.OfType<T>().FirstOrDefault();
}
