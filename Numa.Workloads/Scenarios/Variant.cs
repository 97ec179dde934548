using System.Collections.Immutable;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads what a file extends, and lays the file over it.</summary>
internal sealed class Variant(FindMachine find, ProblemList problems)
{
    /// <summary>Longest chain of files.</summary>
    private const int MaxDepth = 16;

    /// <summary>Keys that name a file, and so are not passed on to those that extend it.</summary>
    private static readonly ImmutableArray<string> OwnKeys = [Key.Extends, "name", "about"];

    /// <summary>The mapping with everything that it leaves to the file it extends.</summary>
    /// <param name="file">Path of the text that the mapping stands in.</param>
    /// <returns>Null after a problem with a file on the way.</returns>
    internal YamlMapping? Whole(YamlMapping mapping, string file, KeyTable table) =>
        Whole(mapping, [file], new Shape.KeyMapping(table));

    private YamlMapping? Whole(YamlMapping mapping, ImmutableArray<string> chain, Shape shape)
    {
        if (mapping[Key.Extends] is not { } value) return mapping;
        if (value is not YamlScalar { IsNull: false } path)
        {
            problems.Add(value.At, ProblemCodes.Shape,
                $"extends must be the path of a file, not {value.Shape}");
            return null;
        }

        if (Below(path, chain, shape) is not { } below) return null;
        var passed = below with { Entries = below.Entries.RemoveAll(entry => OwnKeys.Contains(entry.Key.Text)) };
        var own = mapping with { Entries = mapping.Entries.RemoveAll(entry => entry.Key.Text == Key.Extends) };
        return new MappingMerge(problems).Over(passed, own, shape, path.Text);
    }

    /// <summary>The file at a path, whole.</summary>
    private YamlMapping? Below(YamlScalar path, ImmutableArray<string> chain, Shape shape)
    {
        var found = find(path.Text, path.At.File);
        if (found.Problem is not null || found.Text is null)
        {
            problems.Add(path.At, ProblemCodes.File, $"extends {path.Shape}: "
                + (found.Problem ?? "is a record of a machine; expected a YAML file"));
            return null;
        }

        var next = chain.Add(found.File);
        if (chain.Any(file => Path.GetFullPath(file) == Path.GetFullPath(found.File)))
        {
            problems.Add(path.At, ProblemCodes.Order, $"files extend each other: {string.Join(" -> ", next)}");
            return null;
        }

        if (next.Length > MaxDepth)
        {
            problems.Add(path.At, ProblemCodes.Limit, $"a chain of more than {MaxDepth} files that extend each other");
            return null;
        }

        var root = YamlText.Read(found.Text, found.File, problems);
        if (root is null) return null;
        if (root is YamlMapping mapping) return Whole(mapping, next, shape);
        problems.Add(root.At, ProblemCodes.Shape, $"a file that is extended must be a mapping, not {root.Shape}");
        return null;
    }
}
