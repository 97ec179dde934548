using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Workloads.Measurement;

namespace Numa.Workloads.Experiments;

/// <summary>Who walks which zonelist in each arm, with alike nodes folded into one line.</summary>
internal static class ComparisonWalks
{
    /// <summary>Lines of walks that differ; what is left shares one more.</summary>
    private const int MostShown = 4;

    /// <summary>The walks of the widest request of each arm's scenario: the others leave zones of it out.</summary>
    public static ImmutableArray<WalkResult> Of(ImmutableArray<ComparisonArm> arms)
    {
        var widest = arms.Select(arm => (arm.Machine, Request: arm.Requests.MaxBy(request =>
            (request.ThisNodeOnly ? 0 : 1, (int)request.HighestZone(arm.Machine.Release))))).ToList();
        if (widest.Any(arm => arm.Request is null)) return [];
        var lines = NodesWithCpus([.. arms.Select(arm => arm.Machine)]).Select(node =>
        {
            ImmutableArray<string> texts =
                [.. widest.Select(arm => RequestWalk.Of(arm.Machine, node, arm.Request!).Text)];
            return (Node: node, Texts: texts, Same: texts.Distinct().Count() == 1);
        }).ToList();

        var results = ImmutableArray.CreateBuilder<WalkResult>();
        var differing = lines.Where(line => !line.Same).GroupBy(line => string.Join('\n', line.Texts)).ToList();
        foreach (var group in differing.Take(MostShown))
            results.Add(new(Name(group.Select(line => line.Node)), group.First().Texts, false));
        var rest = differing.Skip(MostShown).SelectMany(group => group).Select(line => line.Node).ToList();
        if (rest.Count > 0) results.Add(new(Name(rest), [], false));
        var same = lines.Where(line => line.Same).ToList();
        if (same.Count > 0)
        {
            var one = same.Select(line => line.Texts[0]).Distinct().Count() == 1;
            results.Add(new(Name(same.Select(line => line.Node)), one ? same[0].Texts : [], true));
        }

        return results.ToImmutable();
    }

    /// <summary>Nodes that have CPUs and lists in every arm, ascending.</summary>
    public static IEnumerable<NodeId> NodesWithCpus(IReadOnlyList<MachineImage> machines) =>
        machines[0].Cpus.NodeOfCpu.Distinct().Order()
            .Where(node => machines.All(machine => machine.Zonelists.Nodes.Any(lists => lists.Node == node)));

    private static string Name(IEnumerable<NodeId> nodes)
    {
        var numbers = nodes.Select(node => node.Value).Order().ToList();
        return numbers.Count == 1 ? $"CPUs of node {numbers[0]}" : $"CPUs of nodes {Ranges(numbers)}";
    }

    private static string Ranges(List<int> numbers)
    {
        // Neighbours differ from their position by the same amount.
        var runs = numbers.Select((number, at) => (Number: number, Run: number - at))
            .GroupBy(pair => pair.Run, pair => pair.Number);
        return string.Join(",", runs.Select(
            run => run.Count() == 1 ? $"{run.First()}" : $"{run.First()}-{run.Last()}"));
    }
}
