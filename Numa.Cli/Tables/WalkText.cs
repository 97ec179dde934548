using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Cli.Tables;

/// <summary>The walk of an allocation in words.</summary>
internal static class WalkText
{
    /// <summary>Zones whose reasons the answer names; of more it gives the number.</summary>
    private const int MostReasons = 2;

    /// <summary>Which zone serves it and why, in one sentence.</summary>
    public static string Answer(AllocationWalk walk)
    {
        if (walk.Failure == FailureKind.NoZone)
            return "No zone serves it: the request permits no zone of its zonelist.";
        var steps = walk.Passes[^1].Steps;
        if (walk.Zone is not { } zone)
        {
            return $"No zone serves it at {Word(walk.Passes[^1].Level)}: {Reasons(steps)}; "
                + (walk.Failure == FailureKind.NeedsReclaim
                    ? "the kernel would reclaim now; what comes of that, a run shows."
                    : "it may not reclaim, and fails.");
        }

        var before = steps.Length > 1 ? $"; before it, {Reasons(steps[..^1])}"
            : walk.Passes.Length == 1 ? ", and it is the first of its list" : "";
        var earlier = walk.Passes.Length switch
        {
            1 => "",
            2 => "; pass 1 found nothing",
            var passes => $"; passes 1 to {passes - 1} found nothing",
        };
        return $"{zone} serves it: it {Holds(steps[^1].Check!.Value)}{before}{earlier}.";
    }

    /// <summary>As <c>GFP_KERNEL, order 3 (Unmovable, zones up to Normal, policy bind 0,1)</c>.</summary>
    public static string Request(AllocationRequest request, KernelRelease release)
    {
        var policy = !request.AllowedNodes.IsDefaultOrEmpty
            ? $", nodes {string.Join(',', request.AllowedNodes)} only" : "";
        return $"{GfpText.Format(request.Gfp)}, order {request.Order.Value} ({request.Type}, zones up to"
            + $" {request.HighestZone(release)}{policy})"
            + (request.PreferredNode is { } node ? $" by the list of node {node}" : "");
    }

    /// <summary>What sets a pass apart, and why it came to it.</summary>
    public static string Pass(ImmutableArray<WalkPass> passes, int at, KernelRelease release)
    {
        var pass = passes[at];
        var before = at == 0 ? null : passes[at - 1];
        var why = before is null ? ""
            : before.Level < pass.Level ? ": the second attempt, as the policy's nodes had nothing"
            : before.Level != pass.Level ? ": the slow path, as no zone was above its low mark"
            : before.Steps.Any(step => step.Skipped == ZoneSkip.FairBatchDepleted)
                ? ": batches of the node are full again"
            : before.Flags.HasFlag(AllocationFlags.Fair) ? ": every node"
            : pass.Level == WatermarkLevel.Min ? ": the slow path once more"
            : ": migratetypes may mix now";
        var aim = pass.Flags.HasFlag(AllocationFlags.Fair) ? "; the first zone's node, while fair batches last"
            : pass.Flags.HasFlag(AllocationFlags.NoFragment) ? "; other types give whole pageblocks only" : "";
        return $"at {Word(pass.Level)}{Flags(pass.Flags, release, ", flags ")}{why}{aim}";
    }

    /// <summary>The flags as the release calls them; nothing for none.</summary>
    /// <remarks>Source: <c>ALLOC_*</c>, Linux mm/internal.h.</remarks>
    public static string Flags(AllocationFlags flags, KernelRelease release, string lead)
    {
        var old = release.ReserveFlags == ReserveFlagRule.HighAndHarder;
        (AllocationFlags Flag, string Name)[] names =
        [
            (AllocationFlags.MinReserve, old ? "HIGH" : "MIN_RESERVE"),
            (AllocationFlags.NonBlock, old ? "HARDER" : "NON_BLOCK"),
            (AllocationFlags.HighAtomic, old ? "" : "HIGHATOMIC"),
            (AllocationFlags.NoFragment, "NOFRAGMENT"),
            (AllocationFlags.Fair, "FAIR"),
            (AllocationFlags.Kswapd, release.AvoidsFragmentation ? "KSWAPD" : ""),
        ];
        var words = names.Where(name => flags.HasFlag(name.Flag) && name.Name.Length > 0)
            .Select(name => "ALLOC_" + name.Name).ToList();
        return words.Count == 0 ? "" : lead + string.Join('|', words);
    }

    public static string Word(WatermarkLevel level) => level.ToString().ToLowerInvariant();

    public static string Verdict(WalkStep step)
    {
        if (step.Skipped is { } skip) return "skipped: " + Skipped(skip, step);
        var verdict = step.Check!.Value.Verdict;
        return verdict.Verdict switch
        {
            ZoneVerdict.BelowWatermark => "fails: too few",
            ZoneVerdict.NoBlockOfOrder => "fails: " + NoBlock(step.Check.Value),
            _ when step.Source is null or { Asked: > 0, Taken: 0 } => "passes, but its lists have nothing that fits",
            _ => "passes: has the page",
        };
    }

    /// <summary>Where the page lay, and what was taken along with it.</summary>
    public static IEnumerable<string> Source(AllocationWalk walk, ZoneId zone)
    {
        var source = walk.Passes[^1].Steps[^1].Source!;
        var what = source.Order == 0 ? "page" : $"block of order {source.Order}";
        var list = $"CPU {walk.Cpu}'s pageset of {zone}, list of order {source.Order}, {source.Type}";
        yield return $"page: frame {walk.Frame} ({walk.Frame.Address / (1 << 20)} MiB), "
            + (!source.IsRefill ? $"a {what} from the buddy lists"
                : $"head of {list}; {Figures.Count(source.LeftOnList)} left on it");
        if (source.Asked == 0 || source.From is not { } from) yield break;
        var cut = from.Order == source.Order ? "is" : "is cut from";
        var origin = from.Type == source.Type ? $"a free block of order {from.Order}, {from.Type}"
            : from.Type == Migratetype.HighAtomic ? $"a block of order {from.Order} of the reserve, {from.Type}"
            : $"a free block of order {from.Order} of type {from.Type}: fallback, as no {source.Type} block was free";
        var taken = source.Taken == 1 ? "it" : "the first";
        if (source.IsRefill)
        {
            yield return $"refill: the list was empty; asked the buddy lists for {source.Asked}, got {source.Taken}"
                + (source.Fallbacks == 0 ? "" : $", {source.Fallbacks} by fallback");
        }

        yield return $"buddy lists: {taken} {cut} {origin}";
    }

    private static string Holds(WatermarkTerms terms) => $"has {Figures.Count(terms.Free)} pages free"
        + (terms.Unusable == 0 ? "" : $", {Figures.Count(terms.Unusable)} of them unusable,")
        + $" and must keep {Figures.Count(terms.Lowered + terms.Reserve)} at {Word(terms.Check.Level)}";

    /// <summary>The last word on each zone, in the order of the walk.</summary>
    private static string Reasons(IReadOnlyList<WalkStep> steps)
    {
        var last = steps.GroupBy(step => step.Zone).Select(zone => (Zone: zone.Key, Why: Reason(zone.Last())))
            .ToList();
        var named = string.Join("; ", last.Take(MostReasons).Select(zone => $"{zone.Zone} {zone.Why}"));
        var more = last.Skip(MostReasons).Select(zone => zone.Zone).ToList();
        return more.Count == 0 ? named : $"{named}; likewise {string.Join(", ", more)}";
    }

    private static string Reason(WalkStep step)
    {
        if (step.Skipped is { } skip) return "is left out (" + Skipped(skip, step) + ")";
        var terms = step.Check!.Value;
        return terms.Verdict.Verdict switch
        {
            ZoneVerdict.BelowWatermark => $"has {Figures.Count(Math.Max(0, terms.Free - terms.Unusable))}"
                + $" and must keep {Figures.Count(terms.Lowered + terms.Reserve)}",
            ZoneVerdict.NoBlockOfOrder => "has " + NoBlock(terms),
            _ => "has nothing that fits on its lists",
        };
    }

    private static string NoBlock(WatermarkTerms terms)
    {
        var (found, needed) = (terms.Verdict.Available, terms.Verdict.Required);
        return found == terms.Free - terms.Unusable ? $"no free block of order {terms.Check.Order}"
            : $"{Figures.Count(found)} pages in larger blocks, must keep {Figures.Count(needed)}";
    }

    private static string Skipped(ZoneSkip skip, WalkStep step) => skip switch
    {
        ZoneSkip.NodeNotAllowed => $"node {step.Zone.Node} is not allowed",
        ZoneSkip.FairBatchDepleted => $"fair batch used up, {Figures.Count(step.FairBatch ?? 0)} left",
        ZoneSkip.RemoteInFairPass => "another node ends the fair pass",
        ZoneSkip.KnownAsFull => "was full within the last second",
        _ => "another node; rather mix migratetypes on the own",
    };
}
