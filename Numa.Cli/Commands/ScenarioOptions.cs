using System.Collections.Immutable;
using System.CommandLine;
using Numa.Cli.Execution;

namespace Numa.Cli.Commands;

/// <summary>The options that run, compare and trace share.</summary>
internal sealed class ScenarioOptions
{
    /// <summary>Far more than cores; where the operating system refuses a thread, the runtime aborts.</summary>
    internal const int MostThreads = 1024;

    private readonly Argument<string> _scenario = OptionFactory.Path("SCENARIO", "Scenario file (YAML).");

    private readonly Option<string?> _machine = OptionFactory.Machine();

    private readonly Option<ulong?> _seed = OptionFactory.Seed();

    private readonly Option<ImmutableArray<SettingAssignment>> _settings =
        OptionFactory.Assignments("--set", "Changes a setting, e.g. zonelistOrder=zone. May be repeated.");

    private readonly Option<ulong?> _schedule = OptionFactory.OptionalNumber<ulong>(
        "--schedule", "SEED", "Another interleaving: a little on top of every cost, and ties broken otherwise.", 0);

    private readonly Option<string?> _clock = OptionFactory.Choice(
        "--clock", "Virtual time is reproducible; wall time is not. Default: the scenario's.", null, "virtual", "wall");

    private readonly Option<string?> _host = OptionFactory.Choice(
        "--host", "Each CPU and zone an actor, or one actor a thread. Default: grouped from 129 CPUs on.", null,
        "actors", "grouped");

    private readonly Option<int> _threads = OptionFactory.Number(
        "--threads", "N", "Threads to run on; no result depends on it.", 1, Environment.ProcessorCount, MostThreads);

    private readonly Option<bool> _check = new("--check")
    {
        Description = "Count all pages at the end of every round, and all free lists at the end of the run.",
    };

    private readonly Option<string?> _format = OptionFactory.Choice(
        "--format", "What standard output holds.", "table", "table", "json", "csv");

    private readonly Option<string?> _out = new("--out")
    {
        Description = "Also write the results as JSON files into this folder.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _otel = OptionFactory.Choice(
        "--otel", "Print spans and meters through OpenTelemetry on standard error.", null, "console");

    public ScenarioOptions(Command command)
    {
        // "8 by default" would make the help text depend on the machine that prints it.
        _threads.DefaultValueFactory = null;
        command.Add(_scenario);
        foreach (var option in new Option[]
                 {
                     _machine, _seed, _schedule, _settings, _clock, _host, _threads, _check, _format, _out, _otel,
                 })
        {
            command.Add(option);
        }
    }

    public RunRequest Request(ParseResult parsed, int top)
    {
        var threads = parsed.GetValue(_threads);
        return new(
            parsed.GetRequiredValue(_scenario),
            parsed.GetValue(_machine),
            parsed.GetValue(_seed),
            parsed.GetValue(_settings),
            parsed.GetValue(_clock),
            parsed.GetValue(_host),
            threads == 0 ? Environment.ProcessorCount : threads,
            parsed.GetValue(_check),
            top,
            Telemetry(parsed))
        {
            Schedule = parsed.GetValue(_schedule),
        };
    }

    public string Format(ParseResult parsed) => parsed.GetRequiredValue(_format)!;

    public string? OutputFolder(ParseResult parsed) => parsed.GetValue(_out);

    public bool Telemetry(ParseResult parsed) => parsed.GetValue(_otel) is not null;
}
