using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Zonelists;

namespace Numa.Workloads.Experiments;

/// <summary>What stands above a comparison beside its machines: which orders its kernel knows, and what none does.
/// </summary>
internal static class ComparisonHeading
{
    /// <summary>For example <c>kernel 3.10: both orders exist; its default here: zone</c>.</summary>
    public static string Kernel(ImmutableArray<ComparisonArm> arms)
    {
        var releases = arms.Select(arm => arm.Machine).DistinctBy(machine => machine.Release.Name).ToList();
        if (releases.Count > 1)
        {
            return "kernels " + string.Join(", ",
                releases.Select(machine => $"{machine.Release.Name} (default {Default(machine)} order)"));
        }

        if (!releases[0].Release.KnowsZoneOrder) return $"kernel {releases[0].Release.Name}: node order only";
        // By the machine: where those differ, so may the default.
        var defaults = arms.Select(arm => (arm.Machine.Name, Order: Default(arm.Machine))).Distinct().ToList();
        var known = $"kernel {releases[0].Release.Name}: both orders exist; its default here: ";
        return defaults.Select(one => one.Order).Distinct().Count() == 1
            ? known + defaults[0].Order
            : known + string.Join(", ", defaults.Select(one => $"{one.Order} on {one.Name}"));
    }

    /// <summary>What no kernel offers; null when every arm exists.</summary>
    public static string? Counterfactual(ImmutableArray<ComparisonArm> arms)
    {
        var impossible = arms.Where(arm => arm.First.Result.Counterfactual).Select(arm => arm.First.Result.Impossible)
            .Distinct().ToList();
        return impossible.Count == 0 ? null : string.Join("; ", impossible);
    }

    private static string Default(MachineImage machine) => DefaultZonelistOrder.Choose(machine.Release,
        machine.Nodes, machine.Zones.ToDictionary(zone => zone.Id, zone => zone.Present)) == ZonelistOrder.Node
        ? "node"
        : "zone";
}
