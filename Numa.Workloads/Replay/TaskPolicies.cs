using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Mempolicies;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>The policies of a phase's tasks, as they take their turns.</summary>
/// <remarks>
/// A policy holds to the phase's end, for everything that its task asks for, but for requests of interrupts and those
/// that name a node themselves. Interleaved pages of a mapping go by their place in it: the task is taken to touch one
/// page after the other from where the policy says. Other interleaved blocks go round from the lowest node. A trace has
/// an event for each attempt, so what is made of an event is one attempt too.
/// </remarks>
/// <param name="policies">As the machine's kernel makes them.</param>
internal sealed class TaskPolicies(IReadOnlyDictionary<int, TaskPolicy> policies, MachineImage machine)
{
    private readonly Dictionary<int, (InterleaveTurns Turns, int Asked)> _tasks = [];
    private readonly HashSet<NodeId> _withLowMemory =
        [.. machine.Zones.Where(zone => zone.Id.Kind < ZoneKind.Movable).Select(zone => zone.Id.Node)];

    /// <summary>What a request becomes under the policy of its task.</summary>
    public AllocationRequest Apply(int task, GfpFlags gfp, Order order, bool isInterrupt = false)
    {
        var plain = new AllocationRequest(gfp, order);
        if (!policies.TryGetValue(task, out var given)) return plain;
        var (turns, before) = _tasks.GetValueOrDefault(task, (new(given.Start ?? 0), 0));
        _tasks[task] = (turns, before + 1);
        if (before < given.After || isInterrupt || (given.OfMappings && !IsOfMapping(plain))) return plain;
        var policy = given.Policy;
        // Of huge pages the attempt on one node alone is the kernel's own.
        if (plain.ThisNodeOnly)
            return plain.IsHugePageFault ? plain with { PreferredNode = policy.PreferredNode } : plain;
        if (policy.Interleaves)
        {
            return plain with
            {
                PreferredNode = IsOfMapping(plain) ? turns.NextOfMapping(policy, order) : turns.Next(policy),
            };
        }

        return plain with { PreferredNode = policy.PreferredNode, AllowedNodes = Mask(policy, plain) };
    }

    /// <summary>Zones for movable pages are asked for by mappings, hardly by others. Traces are of 64-bit
    /// kernels.</summary>
    public static bool IsOfMapping(AllocationRequest request) =>
        request.Gfp.HighestZone(KernelArchitecture.X64) == ZoneKind.Movable;

    private ImmutableArray<NodeId> Mask(Mempolicy policy, AllocationRequest request) => policy.Mode switch
    {
        MempolicyMode.Bind when Mempolicy.Restricts(request.HighestZone(machine.Release), machine.Zonelists.PolicyZone,
            movableOnly: !policy.Nodes.Any(_withLowMemory.Contains)) => policy.Nodes,
        // Traces print GFP_NOWAIT of some releases for what is that and NOWARN.
        MempolicyMode.PreferredMany when (request.Gfp | GfpFlags.NoWarn) == Mempolicy.FirstAttempt(request.Gfp) =>
            policy.Nodes,
        _ => default,
    };
}
