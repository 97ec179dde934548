using Numa.Core.Addressing;
using Numa.Core.Kernels;

namespace Numa.Core.Text;

public sealed partial class FtraceReader
{
    private static PressureKind? PressureOf(ReadOnlySpan<char> name) => name switch
    {
        "mm_vmscan_wakeup_kswapd" => PressureKind.KswapdWoken,
        "mm_vmscan_kswapd_wake" => PressureKind.KswapdBegins,
        "mm_vmscan_kswapd_sleep" => PressureKind.KswapdSleeps,
        "mm_vmscan_direct_reclaim_begin" => PressureKind.ReclaimBegins,
        "mm_vmscan_direct_reclaim_end" => PressureKind.ReclaimEnds,
        "reclaim_retry_zone" => PressureKind.RetryJudged,
        "mark_victim" => PressureKind.VictimMarked,
        _ => null,
    };

    private PressureEvent Pressure(PressureKind kind, ReadOnlySpan<char> line, int at) => kind switch
    {
        PressureKind.KswapdWoken => new(kind)
        {
            Node = Node(line, at, " nid="),
            Zone = line[at..].Contains(" zid=", StringComparison.Ordinal) ? ZoneNumbered(line, at) : null,
            HasNoRequest = line[at..].EndsWith(" gfp_flags=none", StringComparison.Ordinal),
        },
        PressureKind.KswapdBegins or PressureKind.KswapdSleeps => new(kind) { Node = Node(line, at, " nid=") },
        PressureKind.ReclaimEnds => new(kind) { Reclaimed = Long(line, at, " nr_reclaimed=") },
        PressureKind.RetryJudged => new(kind)
        {
            Node = Node(line, at, " node="),
            Zone = ZoneNamed(line, at),
            Reclaimable = Long(line, at, " reclaimable="),
            Available = Long(line, at, " available="),
            MinMark = Long(line, at, " min_wmark="),
            NoProgress = Long(line, at, " no_progress_loops="),
            Passes = Long(line, at, " wmark_check=") != 0,
        },
        PressureKind.VictimMarked => new(kind) { Victim = (int)Long(line, at, " pid=", int.MaxValue) },
        _ => new(kind),
    };

    private NodeId Node(ReadOnlySpan<char> line, int from, string name) =>
        new((int)Long(line, from, name, NodeId.MaxCount - 1));

    /// <summary>Zones by number, as the event had them up to 4.8. Traces are of 64-bit kernels.</summary>
    private ZoneKind ZoneNumbered(ReadOnlySpan<char> line, int from)
    {
        var kinds = KernelArchitecture.X64.ZoneKinds;
        return kinds[(int)Long(line, from, " zid=", kinds.Length - 1)];
    }

    private ZoneKind ZoneNamed(ReadOnlySpan<char> line, int from)
    {
        var name = Field(line, from, " zone=", out var at).ToString();
        if (ZoneId.TryParse("0", name, out var zone)) return zone.Kind;
        throw Refuse(at, $"'{name}' for zone=", "the name of a zone");
    }

    private long Long(ReadOnlySpan<char> line, int from, string name, long most = long.MaxValue)
    {
        var digits = Field(line, from, name, out var at);
        return Digits.TryDecimal(digits, out var number) && number <= most
            ? number
            : throw Refuse(at, $"'{digits}' for {name.Trim()}", $"a number from 0 to {most}");
    }
}
