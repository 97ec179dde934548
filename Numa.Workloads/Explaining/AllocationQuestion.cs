using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Mempolicies;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Text;
using Numa.Core.Time;
using Numa.Workloads.Experiments;
using Numa.Workloads.Replay;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Stress;

namespace Numa.Workloads.Explaining;

/// <summary>One request to a machine as it stands after boot, in the words of the command line.</summary>
/// <param name="Node">Node whose zonelist is walked; null for the node of the CPU.</param>
/// <param name="Cpu">CPU that asks; null for the first of the node.</param>
/// <param name="Policy"><c>bind:0,1</c> and the like; null for none.</param>
/// <param name="Free">Zones of which so much is left free before: <c>1:Normal</c> and a number of pages, a size or a
/// mark.</param>
public sealed record AllocationQuestion(
    string Gfp, int Order, int? Node, int? Cpu, string? Policy, ImmutableArray<(string Zone, string Leave)> Free)
{
    /// <summary>Has one task make the request, by the code that every run goes through.</summary>
    /// <exception cref="InputException">The question does not fit the machine; all problems are in it.</exception>
    public AllocationWalk Ask(BootedMachine booted)
    {
        var image = booted.Image;
        image.RequireFreeLists();
        var problems = new ProblemList();
        var gfp = ReadGfp(image.Release, problems);
        var cpu = ReadCpu(image, problems);
        var policies = ReadPolicy(image, problems);
        var occupied = ScenarioPlan.Occupied(Free.Select(free => ScenarioParser.Occupied(
            new(free.Zone, Place("--free", free)), new(free.Leave, Place("--free", free)), problems))
            .OfType<Scenarios.Occupation>(), booted, problems);
        problems.ThrowIfAny();

        var request = new TaskPolicies(policies, image).Apply(0, gfp, new(Order));
        // A request, unlike the events of a trace, may have more than one attempt.
        if (policies.GetValueOrDefault(0)?.Policy is { Mode: MempolicyMode.PreferredMany } policy)
            request = request with { Policy = policy, AllowedNodes = default };
        if (request.PreferredNode is null && Node is { } node && image.Cpus.NodeOf(cpu).Value != node)
            request = request with { PreferredNode = new(node) };
        var task = new FillTask(new(0), "request", cpu, request, 1, new(VirtualDuration.Zero, new(0)));
        var plan = new SimulationPlan(image, [task], CostModel.Default, VirtualInstant.Never, occupied);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        RequireFree(loop, occupied, problems);

        var recorder = new WalkRecorder([task], 0);
        loop.Cpus[cpu.Value].Recorder = recorder;
        while (recorder.Walk is null) Invariant.Holds(loop.Step());
        return recorder.Walk;
    }

    /// <summary>Says so where the policy leaves the request alone.</summary>
    public IEnumerable<string> Notes(AllocationWalk walk)
    {
        if (Policy is null or "local"
            || walk.Request is not { PreferredNode: null, AllowedNodes.IsDefaultOrEmpty: true, Policy: null })
        {
            yield break;
        }

        yield return $"policy {Policy} does not apply: policies leave requests for low zones and __GFP_THISNODE alone";
    }

    private static SourcePlace Place(string option, (string Zone, string Leave) free) =>
        new($"{option} {free.Zone}={free.Leave}", 0, 0);

    private GfpFlags ReadGfp(KernelRelease release, ProblemList problems)
    {
        var at = new SourcePlace($"--gfp {Gfp}", 0, 0);
        if (Gfp.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && !Gfp.Contains('('))
        {
            if (!release.NumbersGfpAsHere)
            {
                problems.Add(at, ProblemCodes.Word, $"{release.Title} numbers gfp flags in its own way;"
                    + " expected names such as GFP_KERNEL");
            }
            else if (uint.TryParse(
                Gfp[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits))
            {
                return Consistent((GfpFlags)bits, at, problems);
            }
            else
            {
                problems.Add(at, ProblemCodes.Word, "is no hexadecimal number; expected for example 0xcc0");
            }

            return GfpFlags.None;
        }

        // As a failure report prints it: 0xcc0(GFP_KERNEL).
        var text = Gfp.EndsWith(')') ? Gfp[(Gfp.IndexOf('(', StringComparison.Ordinal) + 1)..^1] : Gfp;
        var gfp = GfpText.Parse(text, out var problem);
        if (problem is null) return gfp;
        // What else a kernel prints, as long as nothing contradicts itself.
        if (TracedGfpText.Parse(text, out _) is { } traced) return Consistent(traced, at, problems);
        problems.Add(at, ProblemCodes.Word, problem);
        return GfpFlags.None;
    }

    private static GfpFlags Consistent(GfpFlags gfp, SourcePlace at, ProblemList problems)
    {
        if (GfpText.Contradiction(gfp) is { } problem) problems.Add(at, ProblemCodes.Word, problem);
        return gfp;
    }

    private CpuId ReadCpu(Core.Boot.MachineImage image, ProblemList problems)
    {
        if (Node is { } node && !image.Zonelists.Nodes.Any(lists => lists.Node.Value == node))
        {
            problems.Add(new($"--node {node}", 0, 0), ProblemCodes.Nodes,
                $"{image.Name} has no node {node}: expected one of {string.Join(", ", image.Nodes)}");
            return default;
        }

        if (Cpu is not { } cpu)
            return Node is { } asked ? image.Cpus.CpusOf(new(asked)).Order().FirstOrDefault() : default;
        if (cpu >= image.Cpus.CpuCount)
        {
            problems.Add(new($"--cpu {cpu}", 0, 0), ProblemCodes.Cpus,
                $"{image.Name} has no CPU {cpu}: its CPUs are 0-{image.Cpus.CpuCount - 1}");
            return default;
        }

        return new(cpu);
    }

    private Dictionary<int, TaskPolicy> ReadPolicy(Core.Boot.MachineImage image, ProblemList problems)
    {
        if (Policy is null) return [];
        var at = new SourcePlace($"--policy {Policy}", 0, 0);
        if (TaskPolicy.Parse("0=" + Policy) is not { } read)
        {
            problems.Add(at, ProblemCodes.Word,
                "is no policy; expected local, or for example bind:0,1 or weighted-interleave:0=3,1=1");
            return [];
        }

        return read.Policy.On(image, "the task", at, problems) is { } made ? new() { [0] = made } : [];
    }

    /// <summary>Pages can be taken away before the request, not added.</summary>
    private void RequireFree(
        RoundLoop loop, ImmutableArray<Core.Processes.Occupation> occupied, ProblemList problems)
    {
        foreach (var (occupation, free) in occupied.Zip(Free))
        {
            var found = loop.Zones.Single(zone => zone.Zone.Id == occupation.Zone).FreeAtStart;
            if (found == occupation.LeaveFree.Value) continue;
            problems.Add(Place("--free", free), ProblemCodes.Memory,
                $"{occupation.Zone} has {found} free pages; expected as many at most");
        }

        problems.ThrowIfAny();
    }
}
