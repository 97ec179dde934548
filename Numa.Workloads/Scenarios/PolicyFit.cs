using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
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

    /// <summary>Notes what the kernel refuses of a workload's policy.</summary>
    internal static void Check(MachineImage machine, Workload workload, ProblemList problems) =>
        Fit(machine, workload, problems);

    /// <summary>Notes that the release does not know a workload's policy, whatever its nodes.</summary>
    internal static void CheckRelease(KernelRelease release, Workload workload, ProblemList problems)
    {
        if (workload.Basis.Request.Policy is { Named.IsEmpty: false } policy)
            IsKnown(release, policy, $"workload '{workload.Name}'", workload.Basis.PolicyAt, problems);
    }

    private static AllocationRequest Fit(MachineImage machine, Workload workload, ProblemList problems)
    {
        var request = workload.Basis.Request;
        var mems = request.MemsAllowed;
        if (request.Policy is not { Named.IsEmpty: false } policy) return request;
        return On(machine, policy, mems, $"workload '{workload.Name}'", workload.Basis.PolicyAt, problems) is { } fitted
            ? PolicyReader.With(request, fitted) : request;
    }

    /// <summary>A policy as the machine's kernel makes it.</summary>
    /// <param name="mems">Nodes that the task's cpuset lets it use; empty for all.</param>
    /// <param name="whose">For problems: <c>task 1</c>.</param>
    /// <returns>Null, with a problem, when the kernel refuses it.</returns>
    internal static Mempolicy? On(MachineImage machine, Mempolicy policy, ImmutableArray<NodeId> mems, string whose,
        SourcePlace at, ProblemList problems)
    {
        if (!IsKnown(machine.Release, policy, whose, at, problems)) return null;

        ImmutableArray<NodeId> withMemory = [.. machine.Zones.Select(zone => zone.Id.Node).Distinct()
            .Where(node => mems.IsDefaultOrEmpty || mems.Contains(node)).Order()];
        if (policy.Within(withMemory, out _) is { } fitted) return fitted;
        problems.Add(at, ProblemCodes.Nodes, $"the kernel refuses the policy of {whose}: none of its nodes"
            + $" ({string.Join(",", policy.Named)}) is one with memory that the task may use"
            + $" ({string.Join(",", withMemory)})");
        return null;
    }

    private static bool IsKnown(
        KernelRelease release, Mempolicy policy, string whose, SourcePlace at, ProblemList problems)
    {
        if (release.Lacking(policy) is not { } lacking) return true;
        problems.Add(at, ProblemCodes.Word, $"the policy of {whose} needs {lacking}");
        return false;
    }
}
