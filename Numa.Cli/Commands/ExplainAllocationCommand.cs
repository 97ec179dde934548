using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;
using Numa.Core.Addressing;
using Numa.Workloads.Explaining;

namespace Numa.Cli.Commands;

/// <summary><c>numa explain allocation</c>: which zone would serve a request, or served one of a run.</summary>
internal sealed class ExplainAllocationCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly MachineOptions _machine;

    private readonly Option<string?> _gfp = new("--gfp")
    {
        Description = "What the caller permits, as GFP_KERNEL or 'GFP_DMA32|__GFP_HIGH'; 0xcc0 for 6.1 and later.",
        HelpName = "FLAGS",
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

    private readonly Option<string?> _failure = new("--first-failure")
    {
        Description = "Runs a scenario, and explains its first allocation that failed, or the first of a workload.",
        HelpName = "WORKLOAD",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<long?> _page = new("--page")
    {
        Description = "Runs a scenario, and explains how it got page N, counted from 0 as reports do.",
        HelpName = "N",
        CustomParser = result => OptionFactory.PageNumber("--page", result),
    };

    private readonly Option<int?> _task = OptionFactory.OptionalNumber<int>(
        "--task", "N", "Task whose pages --page counts; needed where several run at once.", 0);

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json");

    public ExplainAllocationCommand(Terminal terminal, ISimulator simulator)
        : base("allocation", "Says which zone serves a request, on a machine or in a run: each check in numbers.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        _machine = new(this);
        foreach (var option in (Option[])[.. Asked, .. OfRun, _format]) Add(option);
        Validators.Add(NameOneAllocation);
        SetAction(ExplainAsync);
    }

    /// <summary>What makes up a request.</summary>
    private Option[] Asked => [_gfp, _order, _node, _cpu, _policy, _free];

    /// <summary>What names an allocation of a run.</summary>
    private Option[] OfRun => [_failure, _page, _task];

    public override ImmutableArray<string> Examples =>
    [
        "numa explain allocation configs/machines/notes-two-node.yaml --gfp GFP_KERNEL --order 3 --node 1",
        "numa explain allocation configs/machines/notes-two-node.yaml --gfp GFP_KERNEL --free 0:Normal=low",
        "numa explain allocation configs/scenarios/this-node-only.yaml --first-failure",
    ];

    private void NameOneAllocation(CommandResult given)
    {
        var asked = Asked.FirstOrDefault(IsGiven);
        var ofRun = OfRun.FirstOrDefault(IsGiven);
        if (asked is not null && ofRun is not null)
            given.AddError($"{ofRun.Name} names an allocation of a run, which {asked.Name} cannot change");
        else if (IsGiven(_failure) && IsGiven(_page)) given.AddError("--first-failure and --page exclude each other");
        else if (IsGiven(_task) && !IsGiven(_page)) given.AddError("--task needs --page");
        else if (!IsGiven(_gfp) && ofRun is null)
            given.AddError("--gfp is required, or for a scenario --first-failure or --page");

        bool IsGiven(Option option) => given.GetResult(option) is { Implicit: false };
    }

    private async Task<int> ExplainAsync(ParseResult parsed, CancellationToken cancel) =>
        parsed.GetValue(_gfp) is { } gfp ? Explain(parsed, gfp) : await ExplainRunAsync(parsed, cancel);

    private async Task<int> ExplainRunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var (scenario, page) = (_machine.Request(parsed), parsed.GetValue(_page));
        var moment = new RunMoment(page, parsed.GetValue(_task), parsed.GetValue(_failure));
        var explained = await ProgressDisplay.WatchAsync(_terminal, $"Running {scenario.Path}",
            _ => _simulator.ExplainRunAsync(scenario, moment, cancel));
        if (parsed.GetValue(_format) == "json")
            _terminal.Output.WriteLine(WalkExport.Of(explained.Machine, explained.Walk, explained));
        else Page.Print(_terminal, sheet => RunWalkSheet.Write(sheet, explained, page));
        return ExitCode.Success;
    }

    private int Explain(ParseResult parsed, string gfp)
    {
        var free = parsed.GetValue(_free);
        var (machine, walk, notes) = _simulator.ExplainAllocation(_machine.Request(parsed), new AllocationQuestion(
            gfp, parsed.GetValue(_order), parsed.GetValue(_node), parsed.GetValue(_cpu),
            parsed.GetValue(_policy), [.. free.Select(zone => (zone.Path, zone.Value))]));
        foreach (var note in notes) _terminal.Error.WriteLine($"note: {note}");
        if (parsed.GetValue(_format) == "json") _terminal.Output.WriteLine(WalkExport.Of(machine, walk));
        else Page.Print(_terminal, page => WalkSheet.Write(page, machine, walk));
        return ExitCode.Success;
    }
}
