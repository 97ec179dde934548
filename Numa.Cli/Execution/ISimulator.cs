using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Workloads.Experiments;
using Numa.Workloads.Explaining;
using Numa.Workloads.Importing;
using Numa.Workloads.Measurement;
using Numa.Workloads.Replay;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Studies;
using Numa.Workloads.Verification;
using Numa.Workloads.WhatIf;

namespace Numa.Cli.Execution;

/// <summary>What the commands ask of the engine: the whole border between the console and the simulation.</summary>
/// <remarks>
/// Everything wrong with an input is thrown as one <see cref="Numa.Core.Diagnostics.InputException"/>. A breach of
/// an invariant may carry the seed of its run in its data, under
/// <see cref="Workloads.Experiments.ScenarioRunner.SeedKey"/>, and the actor and message that broke it.
/// </remarks>
public interface ISimulator
{
    /// <summary>Runs a scenario once.</summary>
    Task<RunOutcome> RunAsync(RunRequest request, IProgress<RunProgress> progress, CancellationToken cancel);

    /// <summary>Runs a scenario once per combination of varied settings and seed, and holds every arm against the
    /// first. Cancelled, it answers with what is done, if every arm has a run.</summary>
    Task<ComparisonOutcome> CompareAsync(
        ExperimentRequest request, IProgress<RunProgress> progress, CancellationToken cancel);

    /// <summary>Runs a scenario once per combination of varied settings and seed, and reads how metrics answer.
    /// Cancelled, it answers with what is done.</summary>
    /// <param name="metrics">Names of the metrics to report; empty for the usual ones.</param>
    Task<SweepOutcome> SweepAsync(ExperimentRequest request, ImmutableArray<string> metrics,
        IProgress<RunProgress> progress, CancellationToken cancel);

    /// <summary>Runs a scenario under many interleavings. Cancelled, it answers with what is done.</summary>
    Task<ExploreResult> ExploreAsync(
        ExploreRequest request, IProgress<RunProgress> progress, CancellationToken cancel);

    /// <summary>Makes the figures of a study.</summary>
    Task<StudyResult> StudyAsync(StudyRequest request, IProgress<RunProgress> progress, CancellationToken cancel);

    /// <summary>Text about a machine that is booted but never runs, in the kernel's own format.</summary>
    ShowOutcome Show(ShowRequest request);

    /// <summary>Boots a captured machine and compares it with what its kernel printed.</summary>
    CaptureReport Verify(string capture);

    /// <summary>Replays the traced phases of a capture.</summary>
    /// <param name="phase">Name of the one phase to replay; null for all.</param>
    /// <param name="policies">Memory policies by task number.</param>
    Task<ImmutableArray<PhaseResult>> ReplayAsync(
        string capture, string? phase, IReadOnlyDictionary<int, TaskPolicy> policies,
        IProgress<RunProgress> progress, CancellationToken cancel);

    /// <summary>Makes the requests of a capture's phases on another machine, one phase after the other.</summary>
    IEnumerable<ElsewhereResult> ReplayElsewhere(ElsewhereRequest request);

    /// <summary>How a machine that is booted came to its numbers.</summary>
    ShowOutcome Explain(ExplainRequest request);

    /// <summary>How a machine that is booted serves one request.</summary>
    WalkOutcome ExplainAllocation(MachineRequest machine, AllocationQuestion question);

    /// <summary>What the reports of failed allocations in a kernel's log say.</summary>
    ImmutableArray<ExplainedReport> ExplainReports(string file);

    /// <summary>How a scenario's run came to one of its pages, or to its first failure.</summary>
    Task<ExplainedPage> ExplainRunAsync(MachineRequest scenario, RunMoment moment, CancellationToken cancel);

    /// <summary>What writes to its settings change about a machine that is booted.</summary>
    WhatIfOutcome WhatIf(MachineRequest machine, WhatIfQuestion question);

    /// <summary>A machine file made of what a machine's tools or its kernel printed.</summary>
    /// <param name="path">A file or folder, or "-" for standard input.</param>
    /// <param name="stdin">The text of standard input; null for a path.</param>
    /// <param name="kernel">Release that the user names; null to take what the input tells.</param>
    ImportedMachine Import(string path, string? stdin, string? kernel);

    /// <summary>How a run that was kept got one of its pages.</summary>
    /// <param name="folder">Folder that <c>--out</c> wrote.</param>
    /// <param name="number">Number of the page, from 0.</param>
    /// <param name="task">Task whose pages the number counts; null where the run has one at a time.</param>
    Task<ExplainedPage> ExplainPageAsync(string folder, long number, int? task, CancellationToken cancel);
}

/// <summary>One setting and its new value, by the grammar of <c>--set</c>.</summary>
public sealed record SettingAssignment(string Path, string Value)
{
    public override string ToString() => $"{Path}={Value}";
}

/// <summary>What to run and how.</summary>
/// <param name="Scenario">Path of a scenario file.</param>
/// <param name="Machine">Path of a machine that replaces the scenario's own; null to keep that.</param>
/// <param name="Seed">Null for the scenario's own seed.</param>
/// <param name="Clock"><c>virtual</c> or <c>wall</c>; null for the scenario's own.</param>
/// <param name="Host"><c>actors</c> or <c>grouped</c>; null for the one that suits the machine.</param>
/// <param name="Check">Count all pages at the end of every round.</param>
/// <param name="Top">How many of the longest waits to keep.</param>
/// <param name="SampleAllocations">Keep allocations for telemetry.</param>
public sealed record RunRequest(
    string Scenario,
    string? Machine,
    ulong? Seed,
    ImmutableArray<SettingAssignment> Settings,
    string? Clock,
    string? Host,
    int Threads,
    bool Check,
    int Top,
    bool SampleAllocations)
{
    /// <summary>Seed of another interleaving; null for the one that the cost model gives.</summary>
    public ulong? Schedule { get; init; }
}

/// <summary>Runs of a scenario under several settings.</summary>
/// <param name="Run">What the runs share; its threads are runs side by side.</param>
/// <param name="Vary">The varied settings; empty for those of the scenario.</param>
/// <param name="Seeds">Runs per combination, each with its own seed.</param>
/// <param name="Command">The command line as it can be typed again.</param>
public sealed record ExperimentRequest(
    RunRequest Run, ImmutableArray<Variation> Vary, int Seeds, string Command)
{
    /// <summary>Where runs are kept as they end; null for nowhere.</summary>
    public IExperimentStore? Store { get; init; }
}

/// <summary>Keeps an experiment's runs, and knows those that were kept before.</summary>
public interface IExperimentStore : IRunStore
{
    /// <summary>Called once, before it is asked for any run.</summary>
    /// <exception cref="Numa.Core.Diagnostics.InputException">It holds another experiment.</exception>
    void Open(ExperimentGrid grid);
}

/// <summary>Everything an experiment's runs are.</summary>
/// <param name="Runs">Those that have ended, by cell and seed.</param>
public sealed record ExperimentRuns(ExperimentGrid Grid, ImmutableArray<CellRun> Runs);

/// <summary>A comparison, and the runs that it was made of.</summary>
/// <param name="Runs">Null where nobody can name them.</param>
public sealed record ComparisonOutcome(ComparisonResult Result, ExperimentRuns? Runs);

/// <summary>A sweep, and the runs that it was made of.</summary>
/// <param name="Runs">Null where nobody can name them.</param>
public sealed record SweepOutcome(SweepResult Result, ExperimentRuns? Runs);

/// <summary>A scenario under many interleavings.</summary>
/// <param name="Scenario">Path of a scenario file.</param>
/// <param name="Machine">Path of a machine that replaces the scenario's own; null to keep that.</param>
/// <param name="Seed">Null for the scenario's own seed.</param>
/// <param name="Schedules">Interleavings, numbered from 1.</param>
/// <param name="Threads">Runs side by side.</param>
public sealed record ExploreRequest(
    string Scenario, string? Machine, ulong? Seed, ImmutableArray<SettingAssignment> Settings, int Schedules,
    int Threads);

/// <summary>Published figures to hold the model against.</summary>
/// <param name="Study">Path of a scenario with a study.</param>
/// <param name="FitsAnew">Search for the fitted constants.</param>
/// <param name="Seeds">Runs that each figure is the mean of.</param>
/// <param name="Threads">Runs side by side.</param>
public sealed record StudyRequest(
    string Study, ImmutableArray<SettingAssignment> Settings, bool FitsAnew, int Seeds, int Threads);

/// <summary>What of a machine is shown.</summary>
public enum ShowTopic
{
    Zoneinfo,
    Buddyinfo,
    Pagetypeinfo,
    Zonelists,
    Boot,
    Memblock,
    Hardware,
}

/// <summary>A look at a machine that does not run.</summary>
/// <param name="Machine">Path of a machine description or of a captured machine's folder.</param>
/// <param name="Kernel">Release instead of the machine's own; null to keep that.</param>
/// <param name="After">Sysctls written after boot, in order.</param>
public sealed record ShowRequest(
    string Machine,
    ShowTopic Topic,
    string? Kernel,
    ImmutableArray<SettingAssignment> Settings,
    ImmutableArray<SettingAssignment> After);

/// <summary>What of a machine is derived.</summary>
public enum ExplainTopic
{
    Watermarks,
    Zonelist,
}

/// <summary>A question how a machine came to its numbers.</summary>
/// <param name="Node">Only this node; null for all.</param>
public sealed record ExplainRequest(MachineRequest Machine, ExplainTopic Topic, int? Node);

/// <summary>A machine to boot.</summary>
/// <param name="Path">Path of a machine description or of a captured machine's folder.</param>
/// <param name="Kernel">Release instead of the machine's own; null to keep that.</param>
/// <param name="After">Sysctls written after boot, in order.</param>
public sealed record MachineRequest(
    string Path,
    string? Kernel,
    ImmutableArray<SettingAssignment> Settings,
    ImmutableArray<SettingAssignment> After);

/// <summary>An allocation of a run that is yet to be made.</summary>
/// <param name="Page">Number of the page that it got, from 0; null for the first failure.</param>
/// <param name="Task">Task whose pages the number counts; null where the run has one at a time.</param>
/// <param name="Workload">Workload whose first failure is meant; null for that of any.</param>
public sealed record RunMoment(long? Page, int? Task, string? Workload);

/// <summary>How a request was served, and what had to be estimated of its machine.</summary>
public sealed record WalkOutcome(BootedMachine Machine, AllocationWalk Walk, ImmutableArray<string> Notes);

/// <summary>What writes would change, and what had to be estimated of the machine.</summary>
public sealed record WhatIfOutcome(WhatIfAnswer Answer, ImmutableArray<string> Notes);

/// <summary>A machine's text, and what had to be estimated for it.</summary>
public sealed record ShowOutcome(string Text, ImmutableArray<string> Notes);

/// <summary>How far a run or comparison has come.</summary>
/// <param name="Activity">What is being done, for people.</param>
/// <param name="Fraction">0..1, or null when the end is not known.</param>
public sealed record RunProgress(string Activity, double? Fraction);

/// <summary>Everything one run gives back.</summary>
/// <param name="CpuNodes">Node of each CPU, by CPU number.</param>
/// <param name="Samples">Allocations for telemetry; empty unless asked for.</param>
public sealed record RunOutcome(
    RunResult Run, ContentionResult Contention, ImmutableArray<int> CpuNodes, AllocationSamples Samples)
{
    /// <summary>What the run was made of; null where nobody can make it again.</summary>
    public RunInputs? Inputs { get; init; }
}
