using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios.Keys;
using Numa.Workloads.Studies;

namespace Numa.Workloads.Scenarios;

/// <summary>Makes a scenario of its text, or says everything that is wrong with it. Reads no file itself.</summary>
public sealed class ScenarioParser
{
    private readonly ProblemList _problems = new();
    private readonly string _file;
    private readonly FindMachine _find;
    private string _machineName = "machine";

    private ScenarioParser(string file, FindMachine find) => (_file, _find) = (file, find);

    /// <param name="file">Path of the text, for places and for the machine's path.</param>
    /// <param name="settings">Values of the command line, in order; a later one wins.</param>
    /// <exception cref="InputException">The text or a setting has problems; all of them are in it.</exception>
    public static Scenario Parse(string text, string file, IReadOnlyList<Setting> settings, FindMachine find) =>
        Draft(text, file, settings, find).Whole();

    /// <summary>Reads as much of a scenario as can be read.</summary>
    internal static ScenarioDraft Draft(
        string text, string file, IReadOnlyList<Setting> settings, FindMachine find)
    {
        var parser = new ScenarioParser(file, find);
        var draft = parser.Read(text, settings) ?? new(null, parser._problems);
        Invariant.Holds(draft.Scenario is not null || !draft.Problems.IsEmpty);
        return draft;
    }

    /// <summary>Whether a text says that it runs something, right or wrong.</summary>
    /// <param name="find">Finds what the text extends: a variant need not name its machine.</param>
    internal static bool IsScenario(string text, string file, FindMachine find)
    {
        var problems = new ProblemList();
        if (YamlText.Read(text, file, problems) is not YamlMapping root) return false;
        var whole = new Variant(find, problems).Whole(root, file, ScenarioKeys.Table) ?? root;
        return whole["machine"] is not null || whole["workloads"] is not null;
    }

    /// <summary>Reads a machine file by itself, which extends no other.</summary>
    /// <exception cref="InputException">The text has problems; all of them are in it.</exception>
    public static MachineFile ParseMachine(string text, string file)
    {
        var problems = new ProblemList();
        var root = Root(YamlText.Read(text, file, problems), "a machine file", problems);
        if (root is not null) root = new Variant(NoFile, problems).Whole(root, file, MachineKeys.Table);
        BootKeys? keys = null;
        var machine = root is null ? null : MachineReader.Read(root, NameOf(file), null, problems, out keys);
        problems.ThrowIfAny();
        Invariant.Holds(machine is not null && keys is not null);
        return new(new DescribedMachine(machine), keys, keys.Notes);
    }

    /// <summary>Reads the machine at a path with settings laid over it, by the grammar of scenarios.</summary>
    /// <exception cref="InputException">The machine or a setting has problems; all of them are in it.</exception>
    public static MachineFile ParseMachine(string path, IReadOnlyList<Setting> settings, FindMachine find)
    {
        var at = new SourcePlace(path, 0, 0);
        var parser = new ScenarioParser(path, find);
        var root = new YamlMapping([new(new("machine", at), new YamlScalar(path, at))], at);
        root = parser.WithMachine(root, out var recorded);
        foreach (var setting in settings) root = SettingPaths.Apply(root, setting, parser._problems);
        var fields = new Fields(root, "the machine", ScenarioKeys.Table.Loosened(), parser._problems);
        var keys = BootKeys.Read(fields, parser._problems);
        var notes = keys.Notes;
        var machine = parser.Machine(fields, keys, recorded, ref notes);
        parser._problems.ThrowIfAny();
        Invariant.Holds(machine is not null);
        return new(machine, keys, notes);
    }

    private static YamlMapping? Root(YamlValue? value, string what, ProblemList problems)
    {
        if (value is null or YamlMapping) return (YamlMapping?)value;
        problems.Add(value.At, ProblemCodes.Shape, $"{what} must be a mapping, not {value.Shape}");
        return null;
    }

    private ScenarioDraft? Read(string text, IReadOnlyList<Setting> settings)
    {
        var tree = YamlText.Read(text, _file, _problems);
        if (FileKind.Of(text, tree) is { } kind && kind != FileKind.Scenario && kind != FileKind.Study)
        {
            _problems.Replace(new(_file, 0, 0), ProblemCodes.Kind, kind.Instead("a scenario"));
            return null;
        }

        var root = Root(tree, "a scenario", _problems);
        if (root is not null) root = new Variant(_find, _problems).Whole(root, _file, ScenarioKeys.Table);
        if (root is null) return null;

        // What is wrong up to here may be what was to be said of the machine.
        var before = _problems.Count;
        // The machine first: what other settings can name depends on it.
        foreach (var setting in settings.Where(setting => setting.Path == "machine"))
            root = SettingPaths.Apply(root, setting, _problems);
        root = WithMachine(root, out var recorded);
        foreach (var setting in settings.Where(setting => setting.Path != "machine"))
            root = SettingPaths.Apply(root, setting, _problems);
        return Typed(root, recorded, _problems.Count == before);
    }

    /// <summary>Puts a machine file's content where its path stands, so that settings reach into it.</summary>
    private YamlMapping WithMachine(YamlMapping root, out RecordedMachine? recorded)
    {
        recorded = null;
        if (root["machine"] is YamlMapping inline) return With(root, inline, inline.At.File);
        if (root["machine"] is not YamlScalar path) return root;
        // From the file that names it, or from the command line.
        var found = _find(path.Text, path.At.Line == 0 ? null : path.At.File);
        if (found.Problem is not null)
        {
            _problems.Add(path.At, ProblemCodes.File, $"machine {path.Shape}: {found.Problem}"
                + (path.Text.Contains(',')
                    ? "; several machines are for --vary machine=a,b of compare and sweep" : ""));
            return root;
        }

        _machineName = NameOf(found.File);
        if (found.Text is null)
        {
            recorded = found.IsZoneinfo
                ? new SavedMachineFile(found.File, path.At)
                : new CapturedMachine(found.File, path.At);
            return root;
        }

        var own = new ProblemList();
        var tree = YamlText.Read(found.Text, found.File, own);
        if (FileKind.Of(found.Text, tree) is { } kind && kind != FileKind.Machine)
        {
            var expected = tree is YamlMapping other && other["machine"] is YamlScalar its
                ? $"a machine, such as its {Path.Combine(Path.GetDirectoryName(found.File) ?? "", its.Text)}"
                : "a machine";
            _problems.Add(path.At, ProblemCodes.Kind, $"machine {path.Shape}: {kind.Instead(expected)}");
            return root;
        }

        _problems.Add(own);
        var machine = Root(tree, "a machine file", _problems);
        return machine is null ? root : With(root, machine, found.File);
    }

    /// <summary>A machine that cannot be read whole leaves a text, which is read as none.</summary>
    private YamlMapping With(YamlMapping root, YamlMapping machine, string file)
    {
        var whole = new Variant(_find, _problems).Whole(machine, file, MachineKeys.Table);
        return root.With("machine", whole ?? (YamlValue)new YamlScalar("", machine.At));
    }

    private ScenarioDraft Typed(YamlMapping root, RecordedMachine? recorded, bool isSet)
    {
        var fields = new Fields(root, "the scenario", ScenarioKeys.Table, _problems);
        var before = _problems.Count;
        var boot = BootKeys.Read(fields, _problems);
        var notes = boot.Notes;
        var machine = Machine(fields, boot, recorded, ref notes);
        var hasMachine = isSet && machine is not null && _problems.Count == before
            && !BootKeyList.Names.Any(fields.IsMeant);
        var duration = fields.Duration("duration");
        if (duration is { Nanoseconds: 0 })
            _problems.Add(fields.PlaceOf("duration"), ProblemCodes.Range, "duration is 0; nothing would run");
        var (workloads, torn) = Workloads(fields, duration is not null);
        WorkloadOrder.Check(workloads, _problems);
        var occupied = fields.Sequence("occupied").Select(item => Occupied(item, fields)).OfType<Occupation>();
        var beforeEvents = _problems.Count;
        var events = EventReader.Read(fields, workloads, _problems);
        var hasEvents = _problems.Count == beforeEvents && !fields.IsMeant("events");
        var scenario = new Scenario(
            fields.Text("name")?.Value ?? NameOf(_file), fields.Text("about")?.Value,
            machine ?? new CapturedMachine("", root.At), boot, Seed(fields),
            fields.WordOrDefault("clock", ScenarioKeys.Clocks), duration,
            [.. occupied], events, workloads, Costs(fields), Compare(fields),
            notes)
        {
            Reclaim = ReclaimReader.Read(fields, _problems),
            Study = StudyReader.Read(fields, _problems),
        };
        StudyReader.CheckMachine(scenario, fields.PlaceOf("study"), _problems);
        if (hasMachine && machine is DescribedMachine described)
            MachineFit.Check(scenario, described.Machine, torn, _problems);
        return new(machine is null ? null : scenario, _problems)
        {
            HasMachine = hasMachine,
            HasEvents = hasEvents,
            Torn = torn,
        };
    }

    private MachineSource? Machine(
        Fields fields, BootKeys boot, RecordedMachine? recorded, ref ImmutableArray<string> notes)
    {
        if (recorded is not null)
        {
            // Values are checked now, against the release if the scenario names one.
            boot.ApplyTo(new(), boot.Kernel?.Value, _problems);
            return recorded;
        }

        var value = fields.Value("machine");
        if (value is null or YamlScalar) return null;
        if (value is not YamlMapping mapping)
        {
            fields.Wrong(value, "machine", "the path of a machine, or a mapping");
            return null;
        }

        var machine = MachineReader.Read(mapping, _machineName, boot, _problems, out var own);
        notes = notes.AddRange(own.Notes);
        return machine is null ? null : new DescribedMachine(machine);
    }

    private (ImmutableArray<Workload> All, ImmutableHashSet<string> Torn) Workloads(Fields fields, bool bounded)
    {
        var mapping = fields.Mapping(fields.Value("workloads"), "workloads");
        if (mapping is { Entries.IsEmpty: true })
            _problems.Add(mapping.At, ProblemCodes.MissingKey, "the scenario has no workload");
        var entries = mapping?.Entries ?? [];
        if (entries.Length > ScenarioKeys.MostItems)
        {
            _problems.Add(mapping!.At, ProblemCodes.Limit,
                $"{entries.Length} workloads; at most {ScenarioKeys.MostItems} are run");
            return ([], []);
        }

        var workloads = ImmutableArray.CreateBuilder<Workload>();
        var torn = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var before = _problems.Count;
            if (WorkloadReader.Read(entry, bounded, _problems) is { } workload) workloads.Add(workload);
            if (_problems.Count > before) torn.Add(entry.Key.Text);
        }

        return (workloads.ToImmutable(), torn.ToImmutable());
    }

    private Occupation? Occupied(YamlValue item, Fields scenario)
    {
        if (scenario.Mapping(item, "an entry of occupied") is not { } mapping) return null;
        var fields = new Fields(mapping, "occupied", ScenarioKeys.Occupation, _problems);
        return fields.Text("zone") is { } zone && fields.Text("leave") is { } leave
            ? Occupied(zone, leave, _problems)
            : null;
    }

    /// <summary>Reads how much of a zone is left free before anything runs.</summary>
    internal static Occupation? Occupied(Located<string> zone, Located<string> leave, ProblemList problems)
    {
        if (zone.Value.Split(':') is not [var node, var kind] || !Vocabulary.Zones.Contains(kind)
            || !int.TryParse(node, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            problems.Add(zone.At, ProblemCodes.Word,
                $"'{YamlScalar.Short(zone.Value)}' is no zone; expected node and name, for example \"0:Normal\"");
            return null;
        }

        var place = new Located<ZoneId>(new(new(number), Enum.Parse<ZoneKind>(kind)), zone.At);
        if (ScenarioKeys.Marks.TryGetValue(leave.Value, out var mark)) return new(place, mark, null);
        if (long.TryParse(leave.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var pages))
            return new(place, null, new(pages));
        if (Quantities.TrySize(leave.Value, out var size, out _)) return new(place, null, size.Pages);
        problems.Add(leave.At, ProblemCodes.Unit, $"leave is '{YamlScalar.Short(leave.Value)}';"
            + " expected min, low, high, a number of pages, or a size such as 64MiB");
        return null;
    }

    private ulong Seed(Fields fields)
    {
        var text = fields.Text("seed") ?? new(fields.DefaultOf("seed")!, fields.At);
        if (ulong.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)) return seed;
        _problems.Add(text.At, ProblemCodes.Unit, $"seed must be a whole number, not '{YamlScalar.Short(text.Value)}'");
        return 1;
    }

    private ImmutableSortedDictionary<string, Located<long>> Costs(Fields scenario)
    {
        var costs = ImmutableSortedDictionary.CreateBuilder<string, Located<long>>(StringComparer.Ordinal);
        if (scenario.Mapping(scenario.Value("costs"), "costs") is not { } mapping) return costs.ToImmutable();
        var fields = new Fields(mapping, "costs", CostKeys.Table, _problems);
        foreach (var key in CostKeys.Table.Names)
        {
            if (fields.Number(key) is { } cost) costs[key] = new(cost, fields.PlaceOf(key));
        }

        return costs.ToImmutable();
    }

    private ImmutableArray<Variation> Compare(Fields scenario)
    {
        if (scenario.Mapping(scenario.Value("compare"), "compare") is not { } mapping) return [];
        var fields = new Fields(mapping, "compare", ScenarioKeys.Compare, _problems);
        var wanted = fields.Value("vary") switch
        {
            YamlSequence list => list.Items,
            { } one => [one],
            null => [],
        };
        var variations = ImmutableArray.CreateBuilder<Variation>();
        foreach (var text in wanted.Select(value => fields.Scalar(value, "vary")).OfType<Located<string>>())
        {
            var variation = Variation.Read("vary", text.Value);
            variations.Add(variation);
            foreach (var problem in variation.Problems) _problems.Add(text.At, problem.Code, problem.Message);
        }

        return variations.ToImmutable();
    }

    private static MachineText NoFile(string path, string? from) => new(path, null, "no other file is read here");

    private static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);
}
