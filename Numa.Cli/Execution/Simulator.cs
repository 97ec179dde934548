using System.Collections.Immutable;
using Numa.Cli.Exports;
using Numa.Cli.Tables;
using Numa.Core.Diagnostics;
using Numa.Workloads.Experiments;
using Numa.Workloads.Explaining;
using Numa.Workloads.Importing;
using Numa.Workloads.Measurement;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Studies;
using Numa.Workloads.Replay;
using Numa.Workloads.Verification;
using Numa.Workloads.WhatIf;

namespace Numa.Cli.Execution;

/// <summary>Carries out what the commands ask for.</summary>
internal sealed class Simulator(TimeProvider time) : ISimulator
{
    /// <summary>Allocations kept when telemetry is on.</summary>
    private const int SamplesKept = 1000;

    private readonly ScenarioRunner _runner = new(time);

    public async Task<RunOutcome> RunAsync(
        RunRequest request, IProgress<RunProgress> progress, CancellationToken cancel)
    {
        var (scenario, inputs) = RunInputs.Load(request.Scenario, Settings(request, []));
        progress.Report(new($"running {scenario.Name}", null));
        var record = await _runner.RunAsync(scenario, Options(request, request.Seed), cancel).ConfigureAwait(false);
        return new(record.Result, record.Contention, [.. record.Machine.Cpus.NodeOfCpu.Select(node => node.Value)],
            record.Samples)
        {
            Inputs = inputs,
        };
    }

    public Task<ComparisonOutcome> CompareAsync(
        ExperimentRequest request, IProgress<RunProgress> progress, CancellationToken cancel) => Task.Run(() =>
    {
        var runs = Play(request, keepsRecords: true, progress, cancel);
        var (grid, cells) = (runs.Grid, runs.Grid.Experiment.Cells);
        if (runs.Runs.Any(run => run.Record is null))
        {
            throw new InputException([new(new("--resume", 0, 0), ProblemCodes.Conflict,
                "the folder holds runs of a sweep; expected those of a comparison")]);
        }

        var perCell = runs.Runs.ToLookup(run => run.Cell);
        // Arms have as many runs, those of the same turns: what is beyond is not lost, but in no table.
        var turns = Enumerable.Range(0, grid.Experiment.Seeds).TakeWhile(turn => Enumerable.Range(0, cells.Length)
            .All(cell => perCell[cell].Any(run => run.Seed == grid.Experiment.SeedOf(cell, turn)))).Count();
        if (turns == 0) cancel.ThrowIfCancellationRequested();
        var arms = cells.Select((cell, number) => new ComparisonArm(cell.Name, cell.Scenario,
            [.. perCell[number].Take(turns).Select(run => run.Record!)])).ToImmutableArray();
        var missing = grid.Experiment.Seeds * cells.Length - runs.Runs.Length;
        return new ComparisonOutcome(
            Comparison.Build(cells[0].Scenario, grid.Paths, arms, request.Command, missing), runs);
    }, CancellationToken.None);

    public Task<SweepOutcome> SweepAsync(ExperimentRequest request, ImmutableArray<string> metrics,
        IProgress<RunProgress> progress, CancellationToken cancel) => Task.Run(() =>
    {
        var shown = Sweep.RequireMetrics(metrics);
        var runs = Play(request, keepsRecords: false, progress, cancel);
        return new SweepOutcome(Sweep.Build(runs.Grid, shown, runs.Runs, request.Command), runs);
    }, CancellationToken.None);

    private ExperimentRuns Play(
        ExperimentRequest request, bool keepsRecords, IProgress<RunProgress> progress, CancellationToken cancel)
    {
        var grid = ExperimentGrid.Load(request.Run.Scenario, Settings(request.Run, []), request.Vary, request.Seeds,
            request.Run.Seed, RunMetric.All);
        grid.Experiment.RequireSeeds();
        request.Store?.Open(grid);
        var runs = new ExperimentRunner(time).Play(grid.Experiment,
            new(request.Run.Threads, Options(request.Run, null), keepsRecords), request.Store,
            state => progress.Report(new(ProgressText.Of(state), (double)state.Done / state.Total)), cancel);
        return new(grid, runs);
    }

    public Task<ExploreResult> ExploreAsync(
        ExploreRequest request, IProgress<RunProgress> progress, CancellationToken cancel) => Task.Run(() =>
    {
        var scenario = ScenarioLoader.Load(request.Scenario, Settings(request.Settings, request.Machine, []));
        progress.Report(new($"exploring {scenario.Name}", null));
        return ExploreResult.Of(scenario, request.Seed, request.Schedules, request.Threads,
            (activity, done) => progress.Report(new(activity, done)), cancel);
    }, CancellationToken.None);

    public Task<StudyResult> StudyAsync(
        StudyRequest request, IProgress<RunProgress> progress, CancellationToken cancel) => Task.Run(() =>
    {
        var given = Settings(request.Settings, null, []);
        return new StudyRunner(time, settings => ScenarioLoader.Load(request.Study, [.. given, .. settings]),
            request.Seeds, request.Threads,
            done => progress.Report(new(done.Activity, (double)done.Done / done.Total)), cancel)
            .Run(request.Study, request.FitsAnew);
    }, CancellationToken.None);

    public ShowOutcome Show(ShowRequest request)
    {
        var (booted, notes) = Boot(new(request.Machine, request.Kernel, request.Settings, request.After));
        if (booted.Layout.IsSaved && request.Topic is ShowTopic.Boot or ShowTopic.Memblock)
        {
            throw new InputException([new(new(request.Machine, 0, 0), ProblemCodes.Conflict,
                "a saved zoneinfo tells nothing of the boot; expected a kernel's log (dmesg) or a described machine")]);
        }

        return new(MachineSheet.Of(booted, request.Topic), notes);
    }

    public ImportedMachine Import(string path, string? stdin, string? kernel) =>
        MachineImport.Of(path, stdin, kernel);

    public ShowOutcome Explain(ExplainRequest request)
    {
        var (booted, notes) = Boot(request.Machine);
        return new(request.Topic == ExplainTopic.Watermarks
            ? DerivationSheet.Watermarks(booted, request.Node)
            : DerivationSheet.Zonelists(booted, request.Node), notes);
    }

    public WalkOutcome ExplainAllocation(MachineRequest machine, AllocationQuestion question)
    {
        var (booted, notes) = Boot(machine);
        var walk = question.Ask(booted);
        return new(booted, walk, [.. notes, .. question.Notes(walk)]);
    }

    public ImmutableArray<ExplainedReport> ExplainReports(string file) => ReportQuestion.Ask(file);

    public Task<ExplainedPage> ExplainRunAsync(
        MachineRequest scenario, RunMoment moment, CancellationToken cancel) => Task.Run(() =>
    {
        if (!scenario.After.IsEmpty)
        {
            throw new InputException([new(new($"--after {scenario.After[0]}", 0, 0), ProblemCodes.Conflict,
                "a run has no moment after boot; expected --set, or events in the scenario")]);
        }

        var read = ScenarioLoader.Load(scenario.Path, Settings(scenario));
        return moment.Page is { } number
            ? new PageQuestion(number, moment.Task, read.Seed).Ask(read, cancel)
            : new FailureQuestion(moment.Workload, read.Seed).Ask(read, cancel);
    }, cancel);

    public WhatIfOutcome WhatIf(MachineRequest machine, WhatIfQuestion question)
    {
        var (booted, notes) = Boot(machine);
        return new(question.Ask(booted), notes);
    }

    public Task<ExplainedPage> ExplainPageAsync(
        string folder, long number, int? task, CancellationToken cancel) => Task.Run(() =>
    {
        var kept = KeptRun.Read(folder);
        var question = new PageQuestion(number, task, kept.Seed)
        {
            Schedule = kept.Schedule,
            Kept = new(kept.Hash, folder),
        };
        return question.Ask(kept.Inputs.Again(), cancel);
    }, cancel);

    public CaptureReport Verify(string capture) => CaptureVerification.Verify(capture);

    public Task<ImmutableArray<PhaseResult>> ReplayAsync(
        string capture, string? phase, IReadOnlyDictionary<int, TaskPolicy> policies,
        IProgress<RunProgress> progress, CancellationToken cancel) =>
        CaptureReplay.RunAsync(capture, phase, policies,
            (activity, done) => progress.Report(new(activity, done)), cancel);

    public IEnumerable<ElsewhereResult> ReplayElsewhere(ElsewhereRequest request) => ElsewhereReplay.Run(request);

    private static (BootedMachine Machine, ImmutableArray<string> Notes) Boot(MachineRequest request)
    {
        var file = ScenarioLoader.LoadMachine(request.Path, Settings(request));
        var writes = request.After.Select(setting => new Setting("--after", setting.Path, setting.Value)).ToList();
        var booted = MachineBoot.Boot(file.Machine, file.Boot, writes);
        return (booted, [.. file.Notes, .. booted.Image.Notes, .. RunHeader.Counterfactuals(booted)]);
    }

    private static List<Setting> Settings(MachineRequest request)
    {
        var settings = request.Settings.Select(setting => new Setting("--set", setting.Path, setting.Value)).ToList();
        if (request.Kernel is { } kernel) settings.Add(new("--kernel", "kernel", kernel));
        return settings;
    }

    private static IReadOnlyList<Setting> Settings(RunRequest request, IEnumerable<Setting> vary) =>
        Settings(request.Settings, request.Machine, vary);

    private static IReadOnlyList<Setting> Settings(
        IEnumerable<SettingAssignment> given, string? machine, IEnumerable<Setting> vary)
    {
        var settings = given.Select(setting => new Setting("--set", setting.Path, setting.Value)).ToList();
        if (machine is not null) settings.Insert(0, new("--machine", "machine", machine));
        return [.. settings, .. vary];
    }

    private static RunOptions Options(RunRequest request, ulong? seed) => new(
        seed,
        request.Clock is { } clock ? Enum.Parse<SimulationClock>(clock, ignoreCase: true) : null,
        request.Threads, request.Top, request.SampleAllocations ? SamplesKept : 0,
        request.Host is { } host ? Enum.Parse<HostKind>(host, ignoreCase: true) : null,
        request.Check)
    {
        Schedule = request.Schedule,
    };
}
