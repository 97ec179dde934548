using System.Collections.Immutable;
using Numa.Cli.Execution;
using Numa.Tests.Workloads;
using Numa.Workloads.Experiments;
using Numa.Workloads.Explaining;
using Numa.Workloads.Importing;
using Numa.Workloads.Measurement;
using Numa.Workloads.Replay;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Studies;
using Numa.Workloads.Verification;
using Numa.Workloads.WhatIf;

namespace Numa.Tests.Cli;

/// <summary>Answers commands with prepared results and remembers what it was asked.</summary>
internal sealed class FakeSimulator : ISimulator
{
    public RunOutcome Outcome { get; init; } = SampleResults.Outcome;

    public ComparisonResult Comparison { get; init; } = SampleResults.Comparison;

    public string Shown { get; init; } = "Fallback order for Node 0: 0 1";

    /// <summary>Thrown in place of an answer.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Never answers; ends only by cancellation.</summary>
    public bool Hangs { get; init; }

    public RunRequest? Run { get; private set; }

    public SweepResult Sweep { get; init; } = SampleSweep.Storm;

    public ExperimentRequest? Compare { get; private set; }

    public ImmutableArray<string> SweptMetrics { get; private set; }

    public ShowRequest? Show { get; private set; }

    public async Task<RunOutcome> RunAsync(
        RunRequest request, IProgress<RunProgress> progress, CancellationToken cancel)
    {
        Run = request;
        if (Hangs) await Task.Delay(Timeout.Infinite, cancel);
        progress.Report(new("half", 0.5));
        return Failure is null ? Outcome : throw Failure;
    }

    public Task<ComparisonOutcome> CompareAsync(
        ExperimentRequest request, IProgress<RunProgress> progress, CancellationToken cancel)
    {
        Compare = request;
        return Failure is null ? Task.FromResult(new ComparisonOutcome(Comparison, null)) : throw Failure;
    }

    public Task<SweepOutcome> SweepAsync(ExperimentRequest request, ImmutableArray<string> metrics,
        IProgress<RunProgress> progress, CancellationToken cancel)
    {
        (Compare, SweptMetrics) = (request, metrics);
        return Failure is null ? Task.FromResult(new SweepOutcome(Sweep, null)) : throw Failure;
    }

    public ExploreRequest? Explore { get; private set; }

    public StudyRequest? Study { get; private set; }

    /// <summary>What a study comes to.</summary>
    public StudyResult Studied { get; init; } = SampleStudy.Close;

    public Task<StudyResult> StudyAsync(
        StudyRequest request, IProgress<RunProgress> progress, CancellationToken cancel)
    {
        Study = request;
        return Failure is null ? Task.FromResult(Studied) : throw Failure;
    }

    public ExploreResult Explored { get; init; } = SampleExploration.Healthy;

    public Task<ExploreResult> ExploreAsync(
        ExploreRequest request, IProgress<RunProgress> progress, CancellationToken cancel)
    {
        Explore = request;
        return Failure is null ? Task.FromResult(Explored) : throw Failure;
    }

    /// <summary>What verification answers.</summary>
    public CaptureReport Verified { get; init; } =
        new("box", [new("box", "zones", 4, 4, null)], ["sysctls (no zoneinfo.after-*)"], []);

    public ExplainRequest? Explained { get; private set; }

    public ImportedMachine Import(string path, string? stdin, string? kernel) =>
        Failure is null ? new("nodes: []\n", ["a note"]) : throw Failure;

    public ShowOutcome Explain(ExplainRequest request)
    {
        Explained = request;
        return Failure is null ? new(Shown + "\n", []) : throw Failure;
    }

    public WalkOutcome ExplainAllocation(MachineRequest machine, AllocationQuestion question) =>
        Failure is null ? new(Pair.Value, question.Ask(Pair.Value), []) : throw Failure;

    public ImmutableArray<ExplainedReport> ExplainReports(string file) =>
        Failure is null ? [new(1, "None.", "init asked", "none", [], true, null, [])] : throw Failure;

    public RunMoment? Moment { get; private set; }

    public Task<ExplainedPage> ExplainRunAsync(MachineRequest scenario, RunMoment moment, CancellationToken cancel)
    {
        Moment = moment;
        return ExplainPageAsync(scenario.Path, moment.Page ?? 0, moment.Task, cancel);
    }

    public WhatIfOutcome WhatIf(MachineRequest machine, WhatIfQuestion question) =>
        Failure is null ? new(question.Ask(Pair.Value), []) : throw Failure;

    public Task<ExplainedPage> ExplainPageAsync(string folder, long number, int? task, CancellationToken cancel)
    {
        var walk = new AllocationQuestion("GFP_KERNEL", 0, null, null, null, []).Ask(Pair.Value);
        return Failure is null ? Task.FromResult(new ExplainedPage(Pair.Value, walk, "fill", 1, "fill"))
            : throw Failure;
    }

    private static readonly Lazy<BootedMachine> Pair = new(() =>
    {
        var file = ScenarioParser.ParseMachine(ScenarioTexts.Machine, "pair.yaml");
        return MachineBoot.Boot(file.Machine, file.Boot, []);
    });

    public CaptureReport Verify(string capture) => Failure is null ? Verified : throw Failure;

    public async Task<ImmutableArray<PhaseResult>> ReplayAsync(
        string capture, string? phase, IReadOnlyDictionary<int, TaskPolicy> policies,
        IProgress<RunProgress> progress, CancellationToken cancel)
    {
        if (Hangs) await Task.Delay(Timeout.Infinite, cancel);
        foreach (var replayed in Replayed) progress.Report(new($"replaying {replayed.Phase}", 0));
        return Failure is null ? [.. Replayed] : throw Failure;
    }

    public PhaseResult[] Replayed { get; set; } = [];

    public ElsewhereResult[] ReplayedElsewhere { get; init; } = [];

    public ElsewhereRequest? Elsewhere { get; private set; }

    public IEnumerable<ElsewhereResult> ReplayElsewhere(ElsewhereRequest request)
    {
        Elsewhere = request;
        return Failure is null ? ReplayedElsewhere : throw Failure;
    }

    ShowOutcome ISimulator.Show(ShowRequest request)
    {
        Show = request;
        return Failure is null ? new(Shown, []) : throw Failure;
    }
}
