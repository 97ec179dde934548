using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Reclaim;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios.Keys;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Scenarios;

/// <remarks>Kinds that stress one part of the allocator, and what every kind has of time and failure.</remarks>
internal sealed partial class WorkloadReader
{
    private DistributionReader Durations => new(durations: true, _problems);

    private DistributionReader Numbers => new(durations: false, _problems);

    private Workload Checked(string kind)
    {
        var workload = OfKind(kind);
        var life = workload.Basis.Life;
        if (life.Duration is { Nanoseconds: 0 }) Range("duration", "duration is 0; nothing would run");
        CheckFrees(workload, life);
        CheckFailures(workload, life);
        return workload;
    }

    /// <summary>What a workload cannot free, it cannot free between two runs.</summary>
    private void CheckFrees(Workload workload, ProgramLife life)
    {
        var key = life.OnFailure == OnFailure.Shrink ? "onFailure"
            : life.Hold is not null ? "hold" : life.Repeat > 1 ? "repeat" : null;
        if (key is null) return;
        if (workload is TraceWorkload)
        {
            Conflict(key, $"the trace says what is freed when; leave {key} out");
            return;
        }

        var list = workload.Basis.Request.Lru;
        if (list == LruType.File || (list is not null && key == "onFailure"))
            Conflict(key, $"{key} frees memory, and such pages are not their task's to free; leave lru out");
        else if (workload is ProducerConsumerWorkload || (workload.Partners is not null && key == "repeat"))
            Conflict(key, $"a workload with consumers works once and holds nothing; leave {key} out");
    }

    private void CheckFailures(Workload workload, ProgramLife life)
    {
        if (life.OnFailure is null or OnFailure.End or OnFailure.Wait) return;
        if (workload is ProducerConsumerWorkload)
            Conflict("onFailure", "onFailure of a producer-consumer is end or wait");
        if (workload is FillWorkload { Blocks: null, Share: null } && life.Duration is null && !_isBounded)
        {
            _problems.Add(_fields.PlaceOf("onFailure"), ProblemCodes.MissingKey,
                $"workload '{_name}' never ends: it fills without limit, goes on after a failure, and there is no"
                + " duration");
        }
    }

    private NetworkReceiveWorkload NetworkReceive()
    {
        var basis = Basis();
        return new(basis, Durations.Read(_fields, "arrivals"), Numbers.Read(_fields, "burst"),
            Durations.Read(_fields, "processing"), (int)_fields.NumberOrDefault("ring"), Ending("bursts"),
            _fields.Has("consumers") ? Consumers() : null);
    }

    private HugePageWorkload HugePages()
    {
        var basis = Faults();
        Drawn("order", "a huge page is of order 9, and what stands for it of order 0");
        Drawn("gfp", "defrag and advice say the flags");
        var (pages, share) = Amount("size", new(Order.Pageblock));
        return new(basis, pages ?? 0, _fields.WordOrDefault("defrag", StressKinds.Defrags),
            _fields.WordOrDefault("advice", StressKinds.Advices)) { Share = share };
    }

    private SlabChurnWorkload SlabChurn()
    {
        var basis = Basis();
        Drawn("order", "orders says the orders");
        return new(basis, ShareReader.Read(_fields, "orders", OrderOf, _problems),
            _fields.PercentOrDefault("reclaimable"), Durations.Read(_fields, "lifetime"),
            (int)_fields.NumberOrDefault("limit"), Ending("operations"));
    }

    private AgingWorkload Aging()
    {
        var basis = Basis();
        Drawn("gfp", "types says what is asked for");
        var (blocks, share) = Amount("size", basis.Request.Order);
        return new(basis, blocks ?? 0, ShareReader.Read(_fields, "types", TypeOf, _problems),
            _fields.PercentOrDefault("freed")) { Share = share };
    }

    private ForkStormWorkload ForkStorm()
    {
        var basis = Faults();
        Drawn("order", "a child takes a stack of its kernel's order and single pages");
        return new(basis, Numbers.Read(_fields, "pages"), (int)_fields.NumberOrDefault("pageTables"),
            Durations.Read(_fields, "lifetime"), (int)_fields.NumberOrDefault("children"), Ending("forks"));
    }

    private AllocatorBenchmarkWorkload AllocatorBenchmark()
    {
        var basis = Basis();
        var pattern = _fields.WordOrDefault("pattern", StressKinds.Patterns);
        if (pattern == BenchmarkPattern.Bulk) Drawn("operations", "pattern: bulk frees what it took, and ends");
        var (blocks, share) = Amount("size", basis.Request.Order);
        return new(basis, blocks ?? 0, pattern, _fields.Number("operations")) { Share = share };
    }

    private TraceWorkload Trace()
    {
        var basis = Basis();
        Drawn("order", "the trace says the orders");
        Drawn("gfp", "the trace says the flags");
        Drawn("think", "the trace says the times");
        var file = _fields.Text("file");
        // Beside the scenario; what the command line names is found from where one stands.
        var folder = file is { At.Line: > 0 } ? Path.GetDirectoryName(file.Value.At.File) ?? "" : "";
        var path = Path.Combine(folder, file?.Value ?? "");
        if (file is not null && !ScenarioLoader.Exists(path))
            _problems.Add(file.Value.At, ProblemCodes.File, $"file: there is no file {path}");
        return new(basis, path, Speed());
    }

    /// <summary>Null for as fast as it can.</summary>
    private double? Speed()
    {
        var text = _fields.Text("speed") ?? new(_fields.DefaultOf("speed")!, _fields.At);
        if (text.Value == WorkloadKeys.UnlimitedWord) return null;
        const NumberStyles style = NumberStyles.AllowDecimalPoint;
        if (double.TryParse(text.Value.Trim(), style, CultureInfo.InvariantCulture, out var speed)
            && speed is >= StressKinds.LeastSpeed and <= StressKinds.MostSpeed) return speed;
        var bounds = FormattableString.Invariant($"{StressKinds.LeastSpeed} to {StressKinds.MostSpeed}");
        _problems.Add(text.At, ProblemCodes.Range,
            $"speed is '{YamlScalar.Short(text.Value)}'; expected a number, {bounds}, or unlimited");
        return 1;
    }

    private CpuChoice Consumers()
    {
        var at = _fields.PlaceOf("consumers");
        if (_fields.Text("consumers") is not { Value: not WorkloadKeys.ElsewhereWord } text)
            return new([], null, at) { IsElsewhere = true };
        return new(_fields.Cpus(text, "consumers") ?? [], null, at);
    }

    /// <summary>How much a workload does before it ends; null where only time ends it.</summary>
    private long? Ending(string key)
    {
        if (!_fields.Has(key) && _fields.Has("duration")) return null;
        var number = CountOrUnlimited(key);
        if (number is null && !_isBounded && !_fields.Has("duration"))
        {
            _problems.Add(_fields.PlaceOf(key), ProblemCodes.MissingKey,
                $"workload '{_name}' never ends: {key} is unlimited and the scenario has no duration");
        }

        return number;
    }

    private void Drawn(string key, string because)
    {
        if (_fields.Has(key)) Conflict(key, $"{because}; leave {key} out");
    }

    private void Conflict(string key, string message) =>
        _problems.Add(_fields.PlaceOf(key), ProblemCodes.Conflict, message);

    private void Range(string key, string message) =>
        _problems.Add(_fields.PlaceOf(key), ProblemCodes.Range, message);

    private Order? OrderOf(Located<string> text) =>
        _fields.Number(text, "an order", new(0, Order.MaxValue)) is { } order ? new((int)order) : null;

    private Migratetype? TypeOf(Located<string> text)
    {
        if (StressKinds.Types.TryGetValue(text.Value, out var type)) return type;
        _problems.Add(text.At, ProblemCodes.Word, $"types: '{YamlScalar.Short(text.Value)}' is unknown"
            + NearestName.Hint(text.Value, [.. StressKinds.Types.Keys]));
        return null;
    }
}
