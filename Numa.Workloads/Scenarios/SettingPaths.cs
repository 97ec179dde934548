using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Finds what a setting's path names, and puts the value there before anything is typed.</summary>
/// <remarks>A path is a sysctl (<c>vm.…</c>), a path in the scenario, or its unique tail.</remarks>
internal static class SettingPaths
{
    private const string SysctlPrefix = "vm.";

    /// <summary>The tree with the value in place; the tree itself after a problem.</summary>
    internal static YamlMapping Apply(YamlMapping scenario, Setting setting, ProblemList problems)
    {
        if (Resolve(scenario, setting, problems) is not { } path) return scenario;
        var value = setting.Value.Length == 0
            ? new YamlScalar("", setting.At)
            : YamlText.Read(setting.Value, setting.At.File, problems, setting.At);
        return value is null ? scenario
            : (YamlMapping)Put(scenario, path.AsSpan(), value, new Shape.KeyMapping(ScenarioKeys.Table));
    }

    /// <summary>Full path of a setting, one element a step.</summary>
    private static ImmutableArray<string>? Resolve(YamlMapping scenario, Setting setting, ProblemList problems)
    {
        var written = setting.Path;
        if (written.StartsWith("sysctls.", StringComparison.Ordinal)) written = written["sysctls.".Length..];
        if (written.StartsWith(SysctlPrefix, StringComparison.Ordinal))
        {
            if (WrittenSysctl.Names.Contains(written)) return ["sysctls", written];
            problems.Add(setting.At, ProblemCodes.Setting,
                $"no sysctl '{written}'{NearestName.Hint(written, WrittenSysctl.Names)}");
            return null;
        }

        // What the scenario holds too has one home there, as the scenario's own value wins.
        foreach (var key in Vocabulary.Overridden)
        {
            if (written == $"machine.{key}") return [key];
        }

        var known = Known(scenario).ToList();
        var exact = known.Concat(WritesOfEvents(scenario)).FirstOrDefault(path => Text(path) == written);
        if (!exact.IsDefault) return exact;
        var tails = known.Where(path => Text(path).EndsWith("." + written, StringComparison.Ordinal)).ToList();
        if (tails.Count == 1) return tails[0];
        problems.Add(setting.At, ProblemCodes.Setting, tails.Count == 0
            ? $"no setting '{YamlScalar.Short(written)}'{OfKind(scenario, written) ?? Suggest(written, known)}"
            : $"'{written}' is ambiguous: {string.Join(", ", tails.Take(5).Select(Text))}");
        return null;
    }

    /// <summary>What to say of a key that other kinds of workloads have; null for any other.</summary>
    private static string? OfKind(YamlMapping scenario, string written)
    {
        var dot = written.LastIndexOf('.');
        var (workload, key) = (dot < 0 ? "" : written[..dot], written[(dot + 1)..]);
        const string root = "workloads.";
        if (workload.StartsWith(root, StringComparison.Ordinal)) workload = workload[root.Length..];
        if (dot < 0 && WorkloadKinds.WithKey(key) is { Length: > 0 } kinds)
            return $"; {key} is a key of {kinds}, and no workload of the scenario is of such a kind";
        var named = (scenario["workloads"] as YamlMapping)?[workload] as YamlMapping;
        var table = WorkloadKinds.TableOf((named?["kind"] as YamlScalar)?.Text);
        var near = NearestName.To(key, table.Names.Concat(table.Foreign.Keys.Order(StringComparer.Ordinal)));
        return near is not null && table.Foreign.ContainsKey(near) ? table.Hint(key) : null;
    }

    private static string Suggest(string written, List<ImmutableArray<string>> known)
    {
        // Tails of every length, shortest first, so that a short word finds a short name.
        var names = known.SelectMany(path => Enumerable.Range(1, path.Length).Select(n => Text(path[^n..])))
            .Concat(WrittenSysctl.Names).Distinct()
            .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal);
        return NearestName.To(written, names) is { } near
            ? $"; did you mean '{near}'?"
            : "; expected a sysctl (vm.…), kernel, or a path in the scenario such as workloads.fill.size";
    }

    /// <summary>Every path that can be set in this scenario, written there or not.</summary>
    private static IEnumerable<ImmutableArray<string>> Known(YamlMapping scenario)
    {
        foreach (var key in Vocabulary.Scenario
                     .Except(["sysctls", "occupied", "events", "workloads", "costs", "compare", "reclaim", "study"])
                     .Where(key => key != Key.Extends))
        {
            yield return [key];
        }

        foreach (var key in Vocabulary.Reclaim) yield return ["reclaim", key];
        foreach (var key in BootKeyList.Pagesets.Names) yield return ["pagesets", key];
        foreach (var key in CostKeys.Table.Names) yield return ["costs", key];

        foreach (var path in OfItems(scenario["occupied"], ["occupied"], Vocabulary.Occupation)) yield return path;
        foreach (var path in OfItems(scenario["events"], ["events"], Vocabulary.Event))
        {
            if (path[^1] is "set" or "at") yield return path;
            else if (IsWritten(scenario, path))
            {
                foreach (var key in EventKeys.TableOf(path[^1]).Names) yield return path.Add(key);
            }
        }

        if (scenario["machine"] is YamlMapping machine)
        {
            foreach (var key in Vocabulary.Machine.Except(Vocabulary.Overridden).Except([Key.Extends, "nodes"]))
                yield return ["machine", key];
            foreach (var path in OfItems(machine["nodes"], ["machine", "nodes"], Vocabulary.Node))
            {
                if (path[^1] != "managed") yield return path;
                else foreach (var zone in Vocabulary.Zones) yield return path.Add(zone);
            }
        }

        foreach (var entry in (scenario["workloads"] as YamlMapping)?.Entries ?? [])
        {
            var kind = ((entry.Value as YamlMapping)?["kind"] as YamlScalar)?.Text;
            foreach (var key in Vocabulary.Workload(kind)) yield return ["workloads", entry.Key.Text, key];
            foreach (var mode in PolicyKeys.Table.Names) yield return ["workloads", entry.Key.Text, "policy", mode];
        }
    }

    private static bool IsWritten(YamlMapping scenario, ImmutableArray<string> path) =>
        scenario["events"] is YamlSequence events
        && (events.Items[int.Parse(path[1], CultureInfo.InvariantCulture)] as YamlMapping)?[path[2]] is not null;

    /// <summary>What events write: by the whole path only, as a sysctl's name alone is the one set at boot.</summary>
    private static IEnumerable<ImmutableArray<string>> WritesOfEvents(YamlMapping scenario) =>
        OfItems(scenario["events"], ["events"], ["set"])
            .SelectMany(path => Sysctl.Names.Select(name => path.Add(name)));

    private static IEnumerable<ImmutableArray<string>> OfItems(
        YamlValue? list, ImmutableArray<string> prefix, ImmutableArray<string> keys)
    {
        var count = (list as YamlSequence)?.Items.Length ?? 0;
        for (var i = 0; i < count; i++)
        {
            foreach (var key in keys) yield return [.. prefix, i.ToString(CultureInfo.InvariantCulture), key];
        }
    }

    /// <param name="shape">What the tree means; null where that is not known.</param>
    private static YamlValue Put(YamlValue? tree, ReadOnlySpan<string> path, YamlValue value, Shape? shape)
    {
        if (path.IsEmpty) return value;
        var step = path[0];
        if (tree is YamlSequence sequence)
        {
            var index = int.Parse(step, CultureInfo.InvariantCulture);
            var item = Put(sequence.Items[index], path[1..], value, (shape as Shape.ListOf)?.Item);
            return sequence with { Items = sequence.Items.SetItem(index, item) };
        }

        // A missing step (no sysctls yet) begins where the value was written.
        var mapping = tree as YamlMapping ?? new YamlMapping([], value.At);
        var above = new YamlMapping([new(new(step, value.At), value)], value.At);
        var inner = Put(mapping[step], path[1..], value, MappingMerge.Child(shape, step, mapping, above));
        return MappingMerge.Beside(mapping, above, shape).With(step, inner);
    }

    private static string Text(ImmutableArray<string> path) => string.Join('.', path);
}
