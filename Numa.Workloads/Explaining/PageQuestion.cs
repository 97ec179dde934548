using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Explaining;

/// <summary>The page that a question was about, and how it was got.</summary>
/// <param name="Workload">Workload of its task.</param>
public sealed record ExplainedPage(
    BootedMachine Machine, AllocationWalk Walk, string Scenario, ulong Seed, string Workload);

/// <summary>A run that was kept.</summary>
/// <param name="Hash">Hash of the run: made again, it must come out the same.</param>
/// <param name="Folder">Where the run was kept, for messages.</param>
public readonly record struct KeptIn(string Hash, string Folder);

/// <summary>One page of a run: the run is made, or made again, and that page's walk is written down.</summary>
/// <remarks>
/// Numbers are those that comparisons print: pages that were got, from 0, failures left out. Where one task runs after
/// the other they count through all of them; where several run at once, or a task is named, within the task.
/// </remarks>
/// <param name="Task">Number of the task; null where the run has one at a time.</param>
/// <param name="Seed">Seed of the run.</param>
public sealed record PageQuestion(long Number, int? Task, ulong Seed)
{
    /// <summary>Seed of the run's interleaving; null for none.</summary>
    public ulong? Schedule { get; init; }

    /// <summary>The run that is made again; null for one that nobody kept.</summary>
    public KeptIn? Kept { get; init; }

    /// <exception cref="InputException">There is no such page, or the run comes out otherwise.</exception>
    public ExplainedPage Ask(Scenario scenario, CancellationToken cancellation)
    {
        var booted = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        var numbers = Numbered(scenario, TaskTable.Of(scenario, booted.Image));
        var plan = ScenarioPlan.Of(scenario, booted, Seed, SimulationClock.Virtual, Schedule);
        ImmutableArray<SimulatedTask> tasks = [.. plan.Tasks.Where(task => numbers.Contains(task.Id.Value))];
        var recorder = new WalkRecorder(tasks, Number);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount));
        foreach (var task in tasks) loop.Cpus[task.Cpu.Value].Recorder = recorder;
        // Of a kept run to the end, not just to the page: only the hash tells that this is the same run.
        while ((Kept is not null || recorder.Walk is not { Failure: null }) && loop.Step())
            cancellation.ThrowIfCancellationRequested();
        if (Kept is { } kept && RunHash.Of(loop.Zones, loop.Cpus, plan.Tasks) is var hash && hash != kept.Hash)
        {
            throw Wrong(kept.Folder, $"the run comes out otherwise when it is made again (hash {hash}, was"
                + $" {kept.Hash}): another version of Numa made it, or its files have changed");
        }

        if (recorder.Walk is { Failure: null } walk)
            return new(booted, walk, scenario.Name, Seed, plan.Tasks[walk.Task.Value].Workload);
        var pages = tasks.Sum(task => task.Allocations - task.Failures);
        throw Wrong($"page {Number}", pages == 0 ? $"{Whose} got no page"
            : $"{Whose} got {pages} pages; expected a number of 0 to {pages - 1}");
    }

    private string Whose => Task is { } task ? $"task {task}" : "the run";

    /// <summary>The tasks whose pages are counted together.</summary>
    private HashSet<int> Numbered(Scenario scenario, ImmutableArray<TaskFacts> tasks)
    {
        var known = string.Join(", ", tasks.GroupBy(task => task.Workload.Name, task => task.Number)
            .Select(numbers => $"{Range([.. numbers])} ({numbers.Key})"));
        if (Task is { } named)
        {
            return tasks.Any(task => task.Number == named) ? [named]
                : throw Wrong($"--task {named}", $"no such task allocates; expected one of {known}");
        }

        if (tasks.Length == 1 || ComparisonPlacement.RunsSingly(scenario, tasks))
            return [.. tasks.Select(task => task.Number)];
        throw Wrong($"page {Number}", "several tasks run at once, and a number counts the pages of one;"
            + $" expected --task with one of {known}");
    }

    private static string Range(ImmutableArray<int> numbers) =>
        numbers.Length == 1 ? $"{numbers[0]}" : $"{numbers[0]}-{numbers[^1]}";

    private static InputException Wrong(string what, string problem) =>
        new([new(new(what, 0, 0), ProblemCodes.Range, problem)]);
}
