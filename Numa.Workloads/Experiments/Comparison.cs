using System.Collections.Immutable;
using Numa.Core.Kernels;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Puts the runs of several arms beside each other and beside what arithmetic predicts.</summary>
public static class Comparison
{
    internal const string NotModelled = "memcg, NUMA balancing, khugepaged, cache contents, TPS";

    private const string NotPredicted =
        "no prediction of placement: workloads run at once, on several nodes, free pages, get none, or end or are"
        + " retuned by the clock";

    private const string NoFallback =
        "every page came from the first zone of its walk, in every arm: what comes later in a list made no difference";

    private const string WhatMatters =
        "what matters here instead: interleaving, one initialiser or all, the kernel's zone_reclaim_mode";

    /// <summary>Settings that name the order of zonelists, however they are written.</summary>
    private static readonly ImmutableArray<string> OrderPaths = ["zonelistOrder", "numa_zonelist_order"];

    /// <param name="scenario">What all arms share.</param>
    /// <param name="varyPath">The setting that tells the arms apart.</param>
    /// <param name="arms">At least one; each with as many runs, of the same seeds or of seeds that no other
    /// has.</param>
    /// <param name="command">The command line that gives the same comparison again.</param>
    /// <param name="missing">Runs that were asked for and are not among the arms'.</param>
    public static ComparisonResult Build(
        Scenario scenario, string varyPath, ImmutableArray<ComparisonArm> arms, string command, int missing = 0)
    {
        ArgumentOutOfRangeException.ThrowIfZero(arms.Length);
        var seeds = arms[0].Seeds;
        if (seeds.IsEmpty || arms.Any(arm => arm.Runs.Length != seeds.Length))
            throw new ArgumentException("Every arm needs as many runs.", nameof(arms));
        var paired = arms.All(arm => arm.Seeds.SequenceEqual(seeds));

        var machines = arms.Select(arm => arm.Machine).ToList();
        var sameRequests = arms.All(arm => arm.Requests.SequenceEqual(arms[0].Requests));
        var sameZones = ComparisonMetrics.SameZones(arms);
        var ordersOnly = sameZones && varyPath.Split(", ").All(varied =>
            OrderPaths.Any(path => varied.EndsWith(path, StringComparison.Ordinal)));
        ImmutableArray<ReachableDifference> reachable = sameZones && sameRequests
            ? ReachableLaw.Of(machines, arms[0].Requests, arms[0].FreeAtStart, ordersOnly)
            : [];
        var metrics = new ComparisonMetrics(arms);
        return new(
            scenario.Name,
            MachineTitle.Of(arms),
            ComparisonHeading.Kernel(arms),
            varyPath,
            seeds,
            arms[0].First.Result.Clock,
            arms[0].First.Result.Host,
            ComparisonHeading.Counterfactual(arms),
            [.. arms.Select(arm => Summary(arm, arms[0]))],
            ComparisonWalks.Of(arms),
            reachable,
            metrics.Rows(paired),
            ComparisonPlacement.Of(arms),
            ComparisonWindows.Of(arms, reachable),
            Notes(arms, reachable, metrics.IsPredicted),
            command)
        {
            Paired = paired,
            Missing = missing,
        };
    }

    private static ArmResult Summary(ComparisonArm arm, ComparisonArm first) => new(
        arm.Value,
        arm.First.Result.Kernel,
        arm.First.Result.ZonelistOrder,
        arm.First.Result.Hash,
        arm.Runs.All(run => run.Result.Conserved),
        arm.First.Result.Operations)
    {
        Seeds = arm.Seeds,
        Margins = arm == first ? null : MarginChanges.Between(first.Machine, arm.Machine),
        PlacementHash = arm.First.Result.PlacementHash,
        Events = arm.First.Result.Events,
        UsedReclaimModel = arm.Runs.Any(run => run.Result.UsedReclaimModel),
        EarlyEnds =
        [
            .. from workload in arm.Runs.SelectMany(run => run.Result.Workloads)
               where workload.EndedEarly > 0
               group workload by workload.Name into early
               select new EarlyEnd(early.Key, early.First().End, early.Count()),
        ],
    };

    /// <summary>Settings written in mid-run; said once where every arm writes the same.</summary>
    private static IEnumerable<string> EventNotes(ImmutableArray<ComparisonArm> arms)
    {
        var perArm = arms.Select(arm => arm.First.Result.Events.Select(happening => happening.Text).ToList()).ToList();
        return perArm.All(texts => texts.SequenceEqual(perArm[0]))
            ? perArm[0]
            : arms.Zip(perArm).SelectMany(arm => arm.Second.Select(text => $"{arm.First.Value}: {text}"));
    }

    private static string LeftInPagesets(ComparisonArm arm) => string.Join(", ", arm.First.Result.Zones
        .Where(zone => zone.PagesetPages > 0).Select(zone => $"{zone.Zone} {zone.PagesetPages}"));

    private static ImmutableArray<string> Notes(
        ImmutableArray<ComparisonArm> arms, ImmutableArray<ReachableDifference> reachable, bool predicted)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (!reachable.IsEmpty && reachable.All(one => one.Impossible is not null)) notes.Add(WhatMatters);
        if (!predicted) notes.Add(NotPredicted);
        if (arms.All(arm => arm.Runs.All(run => run.Result.Fallbacks == 0 && RunMetric.Got(run))))
            notes.Add(NoFallback);
        if (predicted && arms.Any(arm => LeftInPagesets(arm).Length > 0))
        {
            notes.Add("zones stop within a refill and the counter's lag; left in pagesets: "
                + string.Join("; ", arms.Where(arm => LeftInPagesets(arm).Length > 0)
                    .Select(arm => $"{arm.Value} {LeftInPagesets(arm)}")));
        }

        var rules = KernelRelease.Differences(
            [.. arms.Select(arm => arm.Machine.Release).DistinctBy(release => release.Name)]);
        if (!rules.IsEmpty) notes.Add("the kernels differ in: " + string.Join(", ", rules));
        var reclaims = ComparisonMetrics.UsedReclaimModel(arms);
        notes.Add(reclaims
            ? "reclaim took part: MODEL from the first entry into the slow path, or kswapd, on; exact before"
            : "reclaim took no page in any run");
        notes.AddRange(EventNotes(arms));
        notes.AddRange(arms.SelectMany(arm => arm.First.Result.Notes).Distinct());
        notes.Add("not modelled: " + NotModelled);
        return notes.ToImmutable();
    }
}
