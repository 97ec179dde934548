using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;
using Numa.Core.Zones;

namespace Numa.Cli.Commands;

/// <summary><c>numa whatif</c>: what writing a sysctl would change about a machine, without a run.</summary>
internal sealed class WhatIfCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;
    private readonly MachineOptions _machine;

    private readonly Argument<ImmutableArray<SettingAssignment>> _writes = new("SYSCTL=VALUE")
    {
        Description = "What is written, in order: " + string.Join(", ", Sysctl.Names)
            + ". min_free_kbytes takes KiB or a size, e.g. 1GiB.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result =>
        {
            var writes = ImmutableArray.CreateBuilder<SettingAssignment>();
            foreach (var token in result.Tokens)
            {
                if (OptionFactory.Split(token.Value) is { } write) writes.Add(write);
                else result.AddError($"whatif needs SYSCTL=VALUE, found '{token.Value}'");
            }

            return writes.ToImmutable();
        },
    };

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json", "csv");

    public WhatIfCommand(Terminal terminal, ISimulator simulator)
        : base("whatif", "Says what writing a sysctl changes: marks, reserves, pagesets, and what each zone can give.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        _machine = new(this);
        Add(_writes);
        Add(_format);
        SetAction(Ask);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa whatif configs/machines/notes-two-node.yaml vm.min_free_kbytes=1GiB",
        "numa whatif configs/machines/notes-32g.yaml 'vm.lowmem_reserve_ratio=256 64 32' --format json",
    ];

    private int Ask(ParseResult parsed)
    {
        var (answer, notes) = _simulator.WhatIf(_machine.Request(parsed), new(
            [.. parsed.GetRequiredValue(_writes).Select(write => (write.Path, write.Value))]));
        foreach (var note in notes) _terminal.Error.WriteLine($"note: {note}");
        var format = parsed.GetValue(_format);
        if (format == "json") _terminal.Output.WriteLine(WhatIfExport.Json(answer));
        else if (format == "csv") _terminal.Output.Write(WhatIfExport.Csv(answer));
        else Page.Print(_terminal, page => WhatIfSheet.Write(page, answer));
        return ExitCode.Success;
    }
}
