using System.Globalization;
using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Tables;

/// <summary>How a booted machine came to its marks and to its zonelists.</summary>
internal static class DerivationSheet
{
    /// <param name="node">Only this node's zones; null for all.</param>
    /// <exception cref="InputException">The machine has no such node.</exception>
    public static string Watermarks(BootedMachine machine, int? node)
    {
        var tuning = machine.Tuning;
        var text = new StringBuilder();
        Line(text, $"vm.min_free_kbytes is {tuning.MinFreeKbytes} KiB under Linux {tuning.Release.Name}:");
        foreach (var step in TuningDerivation.MinFree(tuning)) Line(text, $"  {step}");
        if (TuningDerivation.WithoutHugePages(tuning) is { } off) Line(text, $"  {off}");
        foreach (var zone in machine.Image.Zones.Where(zone => Nodes(machine.Image, node).Contains(zone.Id.Node)))
        {
            Line(text, $"{zone.Id}: {zone.Managed} pages managed");
            var before = tuning.MarksFrom.First(known => known.Id == zone.Id).Managed;
            if (before != zone.Managed)
                Line(text, $"  {zone.Managed - before} of them were freed after the marks were computed");
            foreach (var step in TuningDerivation.Marks(tuning, zone.Id)) Line(text, $"  {step}");
            foreach (var step in TuningDerivation.Reserves(tuning, zone.Id)) Line(text, $"  reserve {step}");
            Line(text, $"  pagesets: {TuningDerivation.Pageset(tuning, zone.Id)}");
        }

        return text.ToString();
    }

    /// <param name="node">Only this node's list; null for all.</param>
    /// <exception cref="InputException">The machine has no such node.</exception>
    public static string Zonelists(BootedMachine machine, int? node)
    {
        var inputs = BootSequence.InputsInForce(machine.Layout, machine.Tuning);
        var set = machine.Image.Zonelists;
        var text = new StringBuilder();
        var cause = machine.ImpossibleOrder is { } impossible
            ? RunHeader.Counterfactual(impossible)
            : ZonelistBuilder.ReasonForOrder(inputs);
        Line(text, $"Linux {inputs.Release.Name}, {set.Order.ToString().ToLowerInvariant()} order: {cause}");
        text.Append(inputs.NodesWithCpus.IsEmpty
            ? "At boot the kernel does not know yet which nodes have CPUs: no node counts one more for them.\n"
            : "Rebuilt after boot: nodes with CPUs count one more.\n");
        foreach (var local in Nodes(machine.Image, node))
        {
            Line(text, $"node {local}:");
            var place = 0;
            foreach (var choice in ZonelistBuilder.Explain(inputs, local)) Choice(text, ++place, choice);
            Line(text, $"  {ZonelistText.FallbackOrder(set[local]).TrimEnd()}");
            var own = set with { Nodes = [set[local]] };
            foreach (var line in ZonelistText.Lists(own, inputs.Release.Architecture)) Line(text, $"  {line}");
        }

        return text.ToString();
    }

    private static void Choice(StringBuilder text, int place, NodeChoice choice)
    {
        if (choice.IsLocal)
        {
            Line(text, $"  {place}. node {choice.Chosen}: the node itself");
            return;
        }

        var load = choice.Load is { } charged ? $"; it opens a new distance, its load is {charged} from now on" : "";
        Line(text, $"  {place}. node {choice.Chosen}: the least score{load}");
        foreach (var terms in choice.Candidates)
        {
            var (lower, cpus) = (terms.IsBefore ? 1 : 0, terms.HasCpus ? 1 : 0);
            Line(text, $"""
                       node {terms.Node}: (distance {terms.Distance} + {lower} lower number + {cpus} CPUs) x {
                terms.Scale} + load {terms.Load} = {terms.Score}
                """);
        }
    }

    private static IEnumerable<NodeId> Nodes(MachineImage image, int? node)
    {
        if (node is not { } wanted) return image.Nodes;
        if (image.Nodes.Contains(new(wanted))) return [new(wanted)];
        throw new InputException([new(new("--node", 0, 0), ProblemCodes.Nodes,
            $"{image.Name} has no node {wanted}: expected one of {string.Join(", ", image.Nodes)}")]);
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
