using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Reclaim;
using Numa.Core.Text;
using Numa.Core.Time;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads one workload of a scenario.</summary>
internal sealed class WorkloadReader
{
    private const string Unlimited = "unlimited";

    /// <summary>Most operations of a task: a century of them in virtual time.</summary>
    private const long MaxOperations = 1_000_000_000_000;

    /// <summary>Blocks that a task keeps a list entry for. 16 Mi order-0 blocks are 64 GiB on each CPU.</summary>
    private const long MaxHeldBlocks = 1 << 24;

    private readonly string _name;
    private readonly Fields _fields;
    private readonly ProblemList _problems;

    private WorkloadReader(string name, Fields fields, ProblemList problems) =>
        (_name, _fields, _problems) = (name, fields, problems);

    internal static Workload? Read(YamlEntry entry, bool bounded, ProblemList problems)
    {
        var name = entry.Key.Text;
        if (entry.Value is not YamlMapping mapping)
        {
            problems.Add(entry.Value.At, ProblemCodes.Shape,
                $"workload {entry.Key.Shape} must be a mapping, not {entry.Value.Shape}");
            return null;
        }

        var kind = (mapping["kind"] as YamlScalar)?.Text;
        var fields = new Fields(mapping, $"workload {entry.Key.Shape}", Vocabulary.Workload(kind), problems);
        var text = fields.Text("kind", required: true);
        if (text is null) return null;
        if (Vocabulary.Kinds.ContainsKey(text.Value.Value))
            return new WorkloadReader(name, fields, problems).OfKind(text.Value.Value, bounded);
        problems.Add(text.Value.At, ProblemCodes.Word, $"kind: '{YamlScalar.Short(text.Value.Value)}' is unknown"
            + NearestName.Hint(text.Value.Value, [.. Vocabulary.Kinds.Keys]));
        return null;
    }

    private Workload OfKind(string kind, bool bounded) => kind switch
    {
        StormWorkload.Kind => Storm(bounded),
        ProducerConsumerWorkload.Kind => ProducerConsumer(),
        ToggleWorkload.Kind => Toggle(),
        FillWorkload.DeviceKind => Device(),
        _ => Fill(),
    };

    private FillWorkload Fill()
    {
        var basis = Faults();
        if (_fields.Has("size") == _fields.Has("pages"))
        {
            _problems.Add(_fields.At, _fields.Has("size") ? ProblemCodes.Conflict : ProblemCodes.MissingKey,
                $"workload '{_name}' must have one of size and pages; size: unlimited fills until an allocation fails");
        }

        if (_fields.Has("pages"))
        {
            var pages = _fields.Number("pages", 1, MaxOperations);
            return new(basis, Blocks(pages ?? 1, basis.Request.Order, "pages"));
        }

        return new(basis, SizeOrUnlimited("size", basis.Request.Order));
    }

    private FillWorkload Device()
    {
        var basis = Basis(GfpFlags.Dma32, ThinkTime.Driver);
        return new(basis, NumberOrUnlimited("count", whenLeftOut: null));
    }

    private StormWorkload Storm(bool bounded)
    {
        var basis = Faults();
        var blocks = _fields.Has("workingSet") ? SizeOrUnlimited("workingSet", basis.Request.Order) : 1024;
        if (blocks > MaxHeldBlocks)
        {
            _problems.Add(_fields.PlaceOf("workingSet"), ProblemCodes.Range,
                $"workingSet is {blocks} blocks on each CPU; at most {MaxHeldBlocks} are tracked one by one");
        }

        _fields.Required("operations");
        var operations = NumberOrUnlimited("operations", whenLeftOut: 1);
        if (operations is null && !bounded)
        {
            _problems.Add(_fields.PlaceOf("operations"), ProblemCodes.MissingKey,
                $"workload '{_name}' never ends: operations is unlimited and the scenario has no duration");
        }

        ReclaimReader.RequireKept(basis.Request, blocks, _fields, _problems);
        var release = _fields.Word("release", StormReleases) ?? StormRelease.All;
        return new(basis, blocks, release, operations);
    }

    private ProducerConsumerWorkload ProducerConsumer()
    {
        var basis = Basis(GfpFlags.GfpKernel, ThinkTime.Packet);
        _fields.Required("consumers");
        var consumers = new CpuChoice(
            _fields.Text("consumers") is { } text ? _fields.Cpus(text, "consumers") ?? [] : [],
            null, _fields.PlaceOf("consumers"));
        _fields.Required("batches");
        return new(basis, consumers, (int)(_fields.Number("batch", 1, 65_536) ?? 64),
            _fields.Number("batches", 1, MaxOperations) ?? 1, (int)(_fields.Number("backlog", 1, 65_536) ?? 8));
    }

    private ToggleWorkload Toggle()
    {
        var basis = Basis(GfpFlags.GfpHighUserMovable, ThinkTime.None);
        var mix = _fields.Word("mix", ToggleMixes) ?? ToggleMix.Order0;
        if (mix == ToggleMix.Mixed && _fields.Has("order"))
        {
            _problems.Add(_fields.PlaceOf("order"), ProblemCodes.Conflict,
                "mix: mixed draws the orders; leave order out");
        }

        _fields.Required("operations");
        return new(basis, (int)(_fields.Number("slots", 1, 1 << 22) ?? 1024), mix,
            _fields.Number("operations", 1, MaxOperations) ?? 1);
    }

    private static readonly Dictionary<string, StormRelease> StormReleases =
        new() { ["all"] = StormRelease.All, ["oldest"] = StormRelease.Oldest };

    private static readonly Dictionary<string, ToggleMix> ToggleMixes =
        new() { ["order0"] = ToggleMix.Order0, ["mixed"] = ToggleMix.Mixed, ["bulk"] = ToggleMix.Bulk };

    /// <summary>What a page fault asks for, unless the workload says that it is no user memory.</summary>
    private WorkloadBasis Faults()
    {
        var basis = Basis(GfpFlags.GfpHighUserMovable, ThinkTime.Fault);
        var request = ReclaimReader.WithList(basis.Request, _fields, _problems);
        // What is read from a file overwrites the page, so nobody zeroes it.
        var isFault = (request.Gfp & GfpFlags.HardWall) != 0 && request.Lru != LruType.File;
        return basis with { Request = request with { IsFault = isFault } };
    }

    private WorkloadBasis Basis(GfpFlags gfp, VirtualDuration think)
    {
        var request = PolicyReader.Request(_fields, gfp, _problems);
        return new(_name, _fields.At, Cpus(), After(), request, _fields.PlaceOf("policy"),
            _fields.Duration("think") ?? think)
        {
            OomScoreAdj = (int)(_fields.Number("oomScoreAdj", -1000, 1000) ?? 0),
        };
    }

    private CpuChoice Cpus()
    {
        if (_fields.Has("cpus") == _fields.Has("node"))
        {
            var both = _fields.Has("cpus");
            _problems.Add(both ? _fields.PlaceOf("node") : _fields.At,
                both ? ProblemCodes.Conflict : ProblemCodes.MissingKey,
                $"workload '{_name}' must have one of cpus and node: cpus: 0-3,8, cpus: all, node: 1");
        }

        if (_fields.Number("node", 0, 1023) is { } node) return new([], new((int)node), _fields.PlaceOf("node"));
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

    private long? NumberOrUnlimited(string key, long? whenLeftOut)
    {
        if (!_fields.Has(key)) return whenLeftOut;
        if (_fields.Value(key) is YamlScalar { Text: Unlimited }) return null;
        return _fields.Number(key, 1, MaxOperations) ?? 1;
    }

    private long? SizeOrUnlimited(string key, Order order)
    {
        if (_fields.Text(key) is not { } text) return 1;
        if (text.Value == Unlimited) return null;
        return _fields.Size(text, key) is { } size ? Blocks(size.Pages.Value, order, key) : 1;
    }

    private long Blocks(long pages, Order order, string key)
    {
        var each = order.Pages.Value;
        if (pages > 0 && pages % each == 0) return pages / each;
        _problems.Add(_fields.PlaceOf(key), ProblemCodes.Unit,
            $"{key} is {pages} pages, no whole number of blocks of order {order} ({each} pages)");
        return 1;
    }
}
