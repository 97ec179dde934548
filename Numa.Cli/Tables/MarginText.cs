using Numa.Workloads.Measurement;

namespace Numa.Cli.Tables;

/// <summary>What settings cost and buy of a machine's margins, in one sentence.</summary>
internal static class MarginText
{
    public static string Of(string name, MarginChange margins)
    {
        var more = margins.KeptFree - margins.KeptFreeFirst;
        var kept = more == 0
            ? $"{name}: the min marks keep as many pages"
            : $"{name} {(more > 0 ? "costs" : "gives back")} {Amount(Math.Abs(more))}:"
                + $" {(margins.KeepsAll ? "all " : "")}{Figures.Count(margins.KeptFree)} pages stay below the min marks"
                + $" instead of {Figures.Count(margins.KeptFreeFirst)}";
        if (margins.Request.Length == 0) return kept;
        return $"{kept}; {margins.Request} from {margins.From} wakes kswapd {Shift(margins.KswapdLater)} and"
            + $" {(margins.Fails ? "fails" : "reclaims by itself")} {Shift(margins.EndLater)} (exact)";
    }

    private static string Shift(long pages) => pages == 0
        ? "as before"
        : $"{Amount(Math.Abs(pages))} {(pages < 0 ? "earlier" : "later")}";

    private static string Amount(long pages) =>
        pages < 256 ? Figures.Count(pages, "page") : Figures.Mebibytes(pages);
}
