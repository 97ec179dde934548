using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;
using Numa.Cli.Exports;
using Numa.Cli.Tables;
using Numa.Workloads.Replay;
using Numa.Workloads.Scenarios;

namespace Numa.Cli.Commands;

/// <summary><c>numa replay</c>: predicts what a kernel did in a traced phase from the requests alone.</summary>
internal sealed class ReplayCommand : NumaCommand
{
    private readonly Terminal _terminal;
    private readonly ISimulator _simulator;

    private readonly Argument<string> _capture = new("CAPTURE")
    {
        Description = "Folder of a captured machine with folders of traced phases.",
    };

    private readonly Option<string?> _phase = new("--phase")
    {
        Description = "Only this phase.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _frames = new("--frames")
    {
        Description = "Writes the predicted frame of each allocation of the phase, '-' for none.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _policies = new("--policy")
    {
        Description = "Memory policy of a task, instead of that in policy.yaml: PID=local, PID=preferred:1, or "
            + "bind, preferred-many, interleave or weighted-interleave with nodes: PID=bind:0,1; repeatable.",
        HelpName = "PID=MODE:NODES",
    };

    private readonly Option<string?> _machine = new("--machine")
    {
        Description = "Makes the requests on this machine instead and shows what would have changed.",
        HelpName = "FILE",
    };

    private readonly Option<ImmutableArray<SettingAssignment>> _settings = OptionFactory.Assignments(
        "--set",
        "Changes a setting or a policy (policy.PID=bind:0) and shows what would have changed. May be repeated.");

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json");

    public ReplayCommand(Terminal terminal, ISimulator simulator)
        : base("replay", "Predicts every page of a traced phase from its requests and compares with the kernel's.")
    {
        _terminal = terminal;
        _simulator = simulator;
        Add(_capture);
        Add(_phase);
        Add(_frames);
        Add(_policies);
        Add(_machine);
        Add(_settings);
        Add(_format);
        Validators.Add(result =>
        {
            foreach (var text in result.GetValue(_policies) ?? [])
            {
                if (TaskPolicy.Parse(text) is null)
                    result.AddError($"--policy: '{text}' is no policy; expected for example 1=bind:0,1");
            }

            foreach (var twice in (result.GetValue(_policies) ?? []).Select(text => TaskPolicy.Parse(text)?.Task)
                .OfType<int>().GroupBy(task => task).Where(same => same.Count() > 1))
            {
                result.AddError($"--policy: task {twice.Key} has {twice.Count()} policies; expected one");
            }

            if (result.GetValue(_frames) is not null && result.GetValue(_phase) is null)
                result.AddError("--frames needs --phase: the frames of one phase");
            if (result.GetValue(_frames) is not null
                && IsElsewhere(result.GetValue(_machine), result.GetValue(_settings)))
            {
                result.AddError("--frames goes without --machine and --set: frames mean nothing elsewhere");
            }
        });
        SetAction(ReplayAsync);
    }

    public override ImmutableArray<string> Examples =>
    [
        "numa replay configs/traces/qemu-6.1-2node-1g",
        "numa replay configs/traces/qemu-6.1-2node-1g --phase p11-bind1 --set policy.1=local",
    ];

    private static bool IsElsewhere(string? machine, ImmutableArray<SettingAssignment> settings) =>
        machine is not null || !settings.IsDefaultOrEmpty;

    private async Task<int> ReplayAsync(ParseResult parsed, CancellationToken cancel)
    {
        var capture = parsed.GetRequiredValue(_capture);
        var policies = (parsed.GetValue(_policies) ?? []).Select(text => TaskPolicy.Parse(text)!.Value)
            .DistinctBy(given => given.Task).ToDictionary(given => given.Task, given => given.Policy);
        var (machine, settings) = (parsed.GetValue(_machine), parsed.GetValue(_settings));
        if (IsElsewhere(machine, settings))
        {
            Show(_simulator.ReplayElsewhere(new(capture, parsed.GetValue(_phase), policies, machine,
                [.. settings.Select(setting => new Setting("--set", setting.Path, setting.Value))])), parsed);
            return ExitCode.Success;
        }

        var file = OutputFile.Check(parsed.GetValue(_frames), mayReplace: true);
        var phases = await ProgressDisplay.WatchAsync(_terminal, "Replaying " + capture, progress =>
            _simulator.ReplayAsync(capture, parsed.GetValue(_phase), policies, progress, cancel));
        file?.Write(phases.SelectMany(phase => phase.Frames)
            .Select(frame => frame < 0 ? "-" : FormattableString.Invariant($"{frame:x}")));
        if (parsed.GetValue(_format) == "json") _terminal.Output.WriteLine(JsonExport.Phases(phases));
        else Page.Print(_terminal, page => ReplayTable.Write(page, capture, phases));
        return phases.All(phase => phase.FirstMismatch is null && phase.Pressure?.Holds != false)
            ? ExitCode.Success : ExitCode.Failed;
    }

    private void Show(IEnumerable<ElsewhereResult> phases, ParseResult parsed)
    {
        ImmutableArray<ElsewhereResult> all = [.. phases];
        if (parsed.GetValue(_format) == "json") _terminal.Output.WriteLine(JsonExport.Elsewhere(all));
        else Page.Print(_terminal, page => ElsewhereTable.Write(page, all));
    }
}
