using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Reclaim;
using Numa.Core.Text;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads one workload of a scenario.</summary>
internal sealed partial class WorkloadReader
{
    /// <summary>Blocks that a task keeps a list entry for. 16 Mi order-0 blocks are 64 GiB on each CPU.</summary>
    private const long MaxHeldBlocks = 1 << 24;

    private readonly string _name;
    private readonly Fields _fields;
    private readonly ProblemList _problems;

    // The scenario has a duration, which ends every workload.
    private readonly bool _isBounded;

    private WorkloadReader(string name, Fields fields, bool bounded, ProblemList problems) =>
        (_name, _fields, _isBounded, _problems) = (name, fields, bounded, problems);

    internal static Workload? Read(YamlEntry entry, bool bounded, ProblemList problems)
    {
        var name = entry.Key.Text;
        if (entry.Value is not YamlMapping mapping)
        {
            // A workload whose keys are not indented leaves its name without any, and each key as a workload.
            var hint = entry.Value is YamlScalar { IsNull: true } ? "; its keys are indented further than its name"
                : WorkloadKinds.TableOf(null).Find(name) is null ? ""
                : $"; as a key of a workload {name} is indented further than the workload's name";
            problems.Add(entry.Value.At, ProblemCodes.Shape,
                $"workload {entry.Key.Shape} must be a mapping, not {entry.Value.Shape}{hint}");
            return null;
        }

        var kind = (mapping["kind"] as YamlScalar)?.Text;
        var fields = new Fields(mapping, $"workload {entry.Key.Shape}", WorkloadKinds.TableOf(kind), problems);
        var text = fields.Text("kind");
        if (text is null) return null;
        if (WorkloadKinds.Find(text.Value.Value) is not null)
            return new WorkloadReader(name, fields, bounded, problems).Checked(text.Value.Value);
        problems.Add(text.Value.At, ProblemCodes.Word, $"kind: '{YamlScalar.Short(text.Value.Value)}' is unknown"
            + NearestName.Hint(text.Value.Value, WorkloadKinds.Names));
        return null;
    }

    private Workload OfKind(string kind) => kind switch
    {
        StormWorkload.Kind => Storm(),
        ProducerConsumerWorkload.Kind => ProducerConsumer(),
        ToggleWorkload.Kind => Toggle(),
        FillWorkload.DeviceKind => Device(),
        NetworkReceiveWorkload.Kind => NetworkReceive(),
        HugePageWorkload.Kind => HugePages(),
        SlabChurnWorkload.Kind => SlabChurn(),
        AgingWorkload.Kind => Aging(),
        ForkStormWorkload.Kind => ForkStorm(),
        TraceWorkload.Kind => Trace(),
        AllocatorBenchmarkWorkload.Kind => AllocatorBenchmark(),
        _ => Fill(),
    };

    private FillWorkload Fill()
    {
        var basis = Faults();
        var (blocks, share) = _fields.Number("pages") is { } pages
            ? (Blocks(pages, basis.Request.Order, "pages"), null)
            : Amount("size", basis.Request.Order, mayBeUnlimited: true);
        var byOne = _fields.WordOrDefault("by", WorkloadKinds.Initialisers);
        return new(basis, blocks) { Share = share, ByOne = byOne };
    }

    private FillWorkload Device()
    {
        var basis = Basis();
        return new(basis, CountOrUnlimited("count"));
    }

    private StormWorkload Storm()
    {
        var basis = Faults();
        var blocks = _fields.Has("workingSet") ? SizeOrUnlimited("workingSet", basis.Request.Order) : 1024;
        if (blocks > MaxHeldBlocks)
        {
            _problems.Add(_fields.PlaceOf("workingSet"), ProblemCodes.Range,
                $"workingSet is {blocks} blocks on each CPU; at most {MaxHeldBlocks} are tracked one by one");
        }

        var operations = Ending("operations");
        ReclaimReader.RequireKept(basis.Request, blocks, _fields, _problems);
        var release = _fields.WordOrDefault("release", WorkloadKinds.StormReleases);
        return new(basis, blocks, release, operations);
    }

    private ProducerConsumerWorkload ProducerConsumer()
    {
        var basis = Basis();
        return new(basis, Consumers(), (int)_fields.NumberOrDefault("batch"), _fields.NumberOrDefault("batches"),
            (int)_fields.NumberOrDefault("backlog"));
    }

    private ToggleWorkload Toggle()
    {
        var basis = Basis();
        var mix = _fields.WordOrDefault("mix", WorkloadKinds.ToggleMixes);
        if (mix == ToggleMix.Mixed && _fields.Has("order"))
        {
            _problems.Add(_fields.PlaceOf("order"), ProblemCodes.Conflict,
                "mix: mixed draws the orders; leave order out");
        }

        return new(basis, (int)_fields.NumberOrDefault("slots"), mix, _fields.NumberOrDefault("operations"));
    }

    /// <summary>What a page fault asks for, unless the workload says that it is no user memory.</summary>
    private WorkloadBasis Faults()
    {
        var basis = Basis();
        var request = ReclaimReader.WithList(basis.Request, _fields, _problems);
        // What is read from a file overwrites the page, so nobody zeroes it.
        var isFault = (request.Gfp & GfpFlags.HardWall) != 0 && request.Lru != LruType.File;
        return basis with { Request = request with { IsFault = isFault } };
    }

    private WorkloadBasis Basis()
    {
        var request = PolicyReader.Request(_fields, _problems);
        return new(_name, _fields.At, Cpus(), After(), request, _fields.PlaceOf("policy"),
            _fields.DurationOrDefault("think"))
        {
            MemsAt = _fields.PlaceOf("mems"),
            OomScoreAdj = (int)_fields.NumberOrDefault("oomScoreAdj"),
            Life = new(_fields.DurationOrDefault("start"), _fields.Duration("duration"), _fields.Duration("hold"),
                (int)_fields.NumberOrDefault("repeat"), _fields.Word("onFailure", WorkloadKeys.OnFailures)),
        };
    }

    private CpuChoice Cpus()
    {
        if (_fields.Number("node") is { } node) return new([], new((int)node), _fields.PlaceOf("node"));
        var at = _fields.PlaceOf("cpus");
        if (_fields.Text("cpus") is not { } text || text.Value.Trim() == "all") return new([], null, at);
        var cpus = _fields.Cpus(text, "cpus");
        if (cpus is { IsEmpty: true })
            _problems.Add(text.At, ProblemCodes.Cpus, $"workload '{_name}' runs on no CPU; write all for every CPU");
        return new(cpus ?? [], null, at);
    }

    private ImmutableArray<Located<string>> After()
    {
        if (_fields.Value("after") is not { } value) return [];
        var items = value is YamlSequence sequence ? sequence.Items : [value];
        return [.. items.Select(item => _fields.Scalar(item, "after")).OfType<Located<string>>()];
    }

    private long? CountOrUnlimited(string key)
    {
        var word = _fields.Has(key) ? (_fields.Value(key) as YamlScalar)?.Text : _fields.DefaultOf(key);
        return word == WorkloadKeys.UnlimitedWord ? null : _fields.NumberOrDefault(key);
    }

    private long? SizeOrUnlimited(string key, Order order)
    {
        if (_fields.Text(key) is not { } text) return 1;
        if (text.Value == WorkloadKeys.UnlimitedWord) return null;
        return SizeOf(text, key, order);
    }

    private long SizeOf(Located<string> text, string key, Order order) =>
        _fields.Size(text, key) is { } size ? Blocks(size.Pages.Value, order, key) : 1;

    /// <summary>Blocks, or the share of the machine's memory that says how many; neither for unlimited.</summary>
    private (long? Blocks, MemoryShare? Share) Amount(string key, Order order, bool mayBeUnlimited = false)
    {
        var text = _fields.Text(key) ?? new(_fields.DefaultOf(key)!, _fields.At);
        if (text.Value == WorkloadKeys.UnlimitedWord && mayBeUnlimited) return (null, null);
        if (!text.Value.TrimEnd().EndsWith('%')) return (SizeOf(text, key, order), null);
        if (_fields.Percent(text, key) is not { } percent) return (1, null);
        if (percent > 0) return (null, new(percent));
        _problems.Add(text.At, ProblemCodes.Range, $"{key} is 0%; nothing would be touched");
        return (1, null);
    }

    private long Blocks(long pages, Order order, string key)
    {
        var each = order.Pages.Value;
        if (pages > 0 && pages % each == 0) return pages / each;
        _problems.Add(_fields.PlaceOf(key), ProblemCodes.Unit, pages == 0
            ? $"{key} is 0; expected one block at least"
            : $"{key} is {pages} pages, no whole number of blocks of order {order} ({each} pages)");
        return 1;
    }
}
