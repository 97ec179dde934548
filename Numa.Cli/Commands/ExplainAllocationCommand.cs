using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;
using Numa.Core.Addressing;
using Numa.Workloads.Explaining;

namespace Numa.Cli.Commands;

/// <summary><c>numa explain allocation</c>: which zone would serve a request, and why.</summary>
internal sealed class ExplainAllocationCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly MachineOptions _machine;

    private readonly Option<string> _gfp = new("--gfp")
    {
        Description = "What the caller permits, as GFP_KERNEL or 'GFP_DMA32|__GFP_HIGH'; 0xcc0 for 6.1 and later.",
        HelpName = "FLAGS",
        Required = true,
    };

    private readonly Option<int> _order = OptionFactory.Number(
        "--order", "N", "Order of the block.", 0, 0, Order.MaxValue);

    private readonly Option<int?> _node = OptionFactory.OptionalNumber<int>(
        "--node", "N", "Node whose zonelist is walked; that of the CPU by default.", 0);

    private readonly Option<int?> _cpu = OptionFactory.OptionalNumber<int>(
        "--cpu", "N", "CPU that asks; the first of the node by default.", 0);

    private readonly Option<string?> _policy = new("--policy")
    {
        Description = "Memory policy of the task: local, preferred:1, bind:0,1, preferred-many:0,1, interleave:0,1 or "
            + "weighted-interleave:0=3,1=1.",
        HelpName = "MODE:NODES",
    };

    private readonly Option<ImmutableArray<SettingAssignment>> _free = OptionFactory.Assignments("--free",
        "Leaves so much of a zone free: pages, a size, or a mark, e.g. 1:Normal=900. May be repeated.",
        "ZONE=PAGES");

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json");

    public ExplainAllocationCommand(Terminal terminal, ISimulator simulator)
        : base("allocation", "Says which zone of a booted machine serves a request: each check, its two numbers.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        _machine = new(this);
        foreach (var option in new Option[] { _gfp, _order, _node, _cpu, _policy, _free, _format }) Add(option);
        SetAction(Explain);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa explain allocation configs/machines/notes-two-node.yaml --gfp GFP_KERNEL --order 3 --node 1",
        "numa explain allocation configs/machines/notes-two-node.yaml --gfp GFP_KERNEL --free 0:Normal=low",
    ];

    private int Explain(ParseResult parsed)
    {
        var free = parsed.GetValue(_free);
        var (machine, walk, notes) = _simulator.ExplainAllocation(_machine.Request(parsed), new AllocationQuestion(
            parsed.GetRequiredValue(_gfp), parsed.GetValue(_order), parsed.GetValue(_node), parsed.GetValue(_cpu),
            parsed.GetValue(_policy), [.. free.Select(zone => (zone.Path, zone.Value))]));
        foreach (var note in notes) _terminal.Error.WriteLine($"note: {note}");
        if (parsed.GetValue(_format) == "json") _terminal.Output.WriteLine(WalkExport.Of(machine, walk));
        else Page.Print(_terminal, page => WalkSheet.Write(page, machine, walk));
        return ExitCode.Success;
    }
}
