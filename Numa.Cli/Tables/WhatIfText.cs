using Numa.Workloads.WhatIf;

namespace Numa.Cli.Tables;

/// <summary>What a write changes, in words.</summary>
internal static class WhatIfText
{
    /// <summary>The answer in one sentence.</summary>
    public static string Answer(WhatIfAnswer answer)
    {
        var (now, with) = answer.KeptFree;
        var writes = string.Join(", ", answer.Writes);
        var kept = now == with ? ""
            : $" keeps {(answer.KeepsAll ? "all " : "")}{Figures.Count(with)} pages free below the min marks, "
            + $"{Figures.Count(Math.Abs(with - now))} {(with > now ? "more" : "fewer")}";
        if (answer.Hardest is var (kind, node))
            return $"{writes}{kept}: {kind.Name} from {node} {Shifts(answer, kind, node)}.";
        if (kept.Length > 0) return $"{writes}{kept}: no zone gives more or less.";
        if (answer.Walks.Any(walk => walk.Differs))
            return $"{writes} changes in which order zones are tried; no zone gives more or less.";
        return answer.Figures.Any(figure => figure.Differs)
            ? $"{writes}: no zone gives more or less."
            : $"{writes} changes nothing here.";
    }

    public static string End(RoomEnd end) => end switch
    {
        RoomEnd.Kswapd => "kswapd",
        RoomEnd.DirectReclaim => "direct reclaim",
        _ => "failure",
    };

    private static string Shifts(WhatIfAnswer answer, RequestKind kind, string node) => string.Join(" and ",
        answer.Figures.Where(figure => figure.Part == FigurePart.Total && figure.Kind == kind && figure.Of == node)
            .Select(figure => $"{Event(figure.End!.Value)} {Shift(figure.Difference ?? 0)}"
                + (figure is { With: 0, Difference: < 0 } ? " (at the first page)" : "")));

    private static string Event(RoomEnd end) => end switch
    {
        RoomEnd.Kswapd => "wakes kswapd",
        RoomEnd.DirectReclaim => "reclaims by itself",
        _ => "fails",
    };

    private static string Shift(long pages) => pages == 0 ? "as before"
        : $"{Amount(Math.Abs(pages))} {(pages < 0 ? "earlier" : "later")}";

    private static string Amount(long pages) =>
        pages < 256 ? Figures.Count(pages, "page") : Figures.Mebibytes(pages);
}
