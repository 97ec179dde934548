using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Mempolicies;

namespace Numa.Workloads.Scenarios;

/// <summary>Makes a scenario's memory policies on its machine, as the kernel does when a task sets one.</summary>
internal static class PolicyFit
{
    /// <summary>The scenario with policies of the nodes that they come to.</summary>
    internal static Scenario On(MachineImage machine, Scenario scenario, ProblemList problems) => scenario with
    {
        Workloads = [.. scenario.Workloads.Select(workload => workload with
        {
            Basis = workload.Basis with { Request = Fit(machine, workload, problems) },
        })],
    };

    private static AllocationRequest Fit(MachineImage machine, Workload workload, ProblemList problems)
    {
        var request = workload.Basis.Request;
        var mems = request.MemsAllowed;
        if (request.Policy is not { Named.IsEmpty: false } policy) return request;
        if (Missing(machine.Release, policy) is { } missing)
        {
            problems.Add(workload.Basis.PolicyAt, ProblemCodes.Word,
                $"the policy of workload '{workload.Name}' needs Linux {missing}; the machine's kernel is"
                + $" {machine.Release.Name}");
            return request;
        }

        ImmutableArray<NodeId> withMemory = [.. machine.Zones.Select(zone => zone.Id.Node).Distinct()
            .Where(node => mems.IsDefaultOrEmpty || mems.Contains(node)).Order()];
        if (policy.Within(withMemory, out _) is { } fitted) return PolicyReader.With(request, fitted);
        problems.Add(workload.Basis.PolicyAt, ProblemCodes.Nodes,
            $"the kernel refuses the policy of workload '{workload.Name}': none of its nodes"
            + $" ({string.Join(",", policy.Named)}) is one with memory that the task may use"
            + $" ({string.Join(",", withMemory)})");
        return request;
    }

    /// <summary>The first release that knows the policy; null when this one does.</summary>
    private static string? Missing(KernelRelease release, Mempolicy policy)
    {
        if (policy.Mode == MempolicyMode.WeightedInterleave && !release.KnowsWeightedInterleave) return "6.9";
        if (release.KnowsPreferredMany) return null;
        if (policy.Mode == MempolicyMode.PreferredMany) return "5.15";
        return policy.HomeNode is null ? null : "5.17";
    }
}
