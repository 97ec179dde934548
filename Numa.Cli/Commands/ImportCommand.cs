using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Workloads.Importing;

namespace Numa.Cli.Commands;

/// <summary><c>numa import</c>: a machine file made of what a machine's tools or its kernel printed.</summary>
internal sealed class ImportCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;

    private readonly Argument<string> _source = OptionFactory.Path("FILE",
        "Kernel log, saved /proc/zoneinfo, hwloc XML, output of numactl -H, or a folder of such files or of"
        + " /sys/devices/system/node; - for standard input.");

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Machine file to write, which must not be there yet; standard output by default, or with -.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _kernel = OptionFactory.Kernel();

    public ImportCommand(Terminal terminal, ISimulator simulator)
        : base("import", "Makes a machine file of what a machine's tools or its kernel printed.")
    {
        (_terminal, _simulator) = (terminal, simulator);
        Add(_source);
        Add(_output);
        Add(_kernel);
        SetAction(Import);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numactl -H | numa import - -o my-machine.yaml",
        "numa import dmesg.txt -o my-machine.yaml",
    ];

    private int Import(ParseResult parsed)
    {
        var source = parsed.GetRequiredValue(_source);
        var path = parsed.GetValue(_output) is MachineImport.Stdin ? null : parsed.GetValue(_output);
        // A machine file is what people work on: unlike results, it cannot be made again.
        var output = OutputFile.Check(path, mayReplace: false);
        var stdin = source == MachineImport.Stdin ? _terminal.Input.ReadToEnd() : null;
        var machine = _simulator.Import(source, stdin, parsed.GetValue(_kernel));
        foreach (var note in machine.Notes) _terminal.Error.WriteLine($"note: {note}");
        if (output is null)
        {
            _terminal.Output.Write(machine.Yaml);
            return ExitCode.Success;
        }

        output.Write(machine.Yaml.TrimEnd('\n').Split('\n'));
        _terminal.Error.WriteLine($"wrote {path}");
        return ExitCode.Success;
    }
}
