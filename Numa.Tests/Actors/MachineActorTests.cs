using Akka.Actor;
using Numa.Actors.Machine;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Time;
using Numa.Tests.Generators;
using static Numa.Tests.Generators.ScriptTask;

namespace Numa.Tests.Actors;

public class MachineActorTests
{
    private static readonly SmallRun Machine = new("6.1", 2, 2, 2, 0, 0, 20_000, false, 5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_boots_runs_and_gives_back_every_state(bool isVirtual)
    {
        SimulatedTask[] tasks = [new ScriptTask(0, 0, Allocate(0), Allocate(5)), new ScriptTask(1, 1, Allocate(3))];
        var outcome = await Run(tasks, isVirtual);

        Assert.Equal((2, 2, 2), (outcome.Zones.Length, outcome.Cpus.Length, outcome.Ends.Count));
        Assert.All(PageAccount.Of(outcome.Zones, outcome.Cpus, tasks), account => Assert.True(account.Balances));
        var kinds = outcome.Actors.GroupBy(actor => actor.Kind);
        string[] expected = ["clock", "machine", "node", "pageset", "workload", "zone"];
        Assert.Equal(expected.Skip(isVirtual ? 0 : 1), kinds.Select(kind => kind.Key));
        Assert.All(kinds, kind => Assert.True(kind.Sum(actor => actor.Messages) > 0 && kind.Sum(a => a.Decisions) > 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_without_tasks_ends_at_once(bool isVirtual) =>
        Assert.Empty((await Run([], isVirtual)).Ends);

    // A task that sleeps for a hand-over that never comes must not keep the run from its end.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_in_which_nobody_can_go_on_is_over(bool isVirtual)
    {
        var outcome = await Run([new ScriptTask(0, 0, Sleep), new ScriptTask(1, 1, Allocate(0))], isVirtual)
            .WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(1, Assert.Single(outcome.Ends).Key.Value);
        Assert.Equal(0, Assert.Single(outcome.Cpus[0].Sleeping).Id.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_breach_in_any_actor_ends_the_run_with_itself(bool isVirtual)
    {
        var breach = new InvariantBreachException("the task is wrong");
        var failure = await Assert.ThrowsAsync<InvariantBreachException>(
            () => Run([new ScriptTask(0, 0, Allocate(5), (_, _) => throw breach)], isVirtual));

        Assert.Same(breach, failure);
        Assert.Equal("/user/machine/cpu-0", failure.Data[InvariantBreachException.ActorKey]);
        var message = Assert.IsType<string>(failure.Data[InvariantBreachException.MessageKey]);
        Assert.StartsWith(isVirtual ? "step of CPU 0 at " : "ZoneVisit: Direct of CPU 0 at zone ", message,
            StringComparison.Ordinal);
    }

    // Method: a task that visits a zone for ever stops an actor, or asks for the end, from inside the run.
    [Theory]
    [InlineData("/user/machine/node-*/zone-*", true)]
    [InlineData("/user/machine/node-*/zone-*", false)]
    [InlineData("/user/machine/cpu-1", true)]
    [InlineData("/user/machine/node-0", true)]
    [InlineData("/user/machine/task-0", true)]
    [InlineData("/user/machine/clock", true)]
    public async Task A_lost_actor_ends_the_run(string path, bool isVirtual)
    {
        var failure = await FailureOf(system => system.ActorSelection(path).Tell(PoisonPill.Instance), isVirtual);

        Assert.Contains("stopped during the run", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_asks_can_end_the_run(bool isVirtual)
    {
        var failure = await FailureOf(system => system.ActorSelection("/user/machine")
            .Tell(new MachineProtocol.Abort("enough")), isVirtual);

        Assert.Equal("enough", failure.Message);
    }

    // Nobody else is busy and no zone is needed, so nothing but the length of a turn stops the CPU. Without it Akka gives
    // the actor up, after ten seconds.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_is_cancelled_while_its_only_task_needs_nobody(bool isVirtual)
    {
        using var cancellation = new CancellationTokenSource();
        var steps = 0;
        var endless = new ScriptTask(0, 0, Think(1), (_, step) =>
        {
            step.Step.Kind = TaskStepKind.Think;
            if (++steps == 1000) cancellation.CancelAfter(TimeSpan.Zero);
        })
        {
            Repeats = true,
        };
        var run = SimulationHost.RunAsync(Machine.PlanOf([endless], isVirtual ? null : CostModel.Wall), 1, isVirtual,
            cancellation: cancellation.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromMinutes(2)));
    }

    private static async Task<SimulationFailedException> FailureOf(Action<ActorSystem> disturb, bool isVirtual)
    {
        var system = new TaskCompletionSource<ActorSystem>();
        var visits = 0;
        var endless = new ScriptTask(0, 0, Allocate(7), FreeLast, (_, step) =>
        {
            step.Step.Kind = TaskStepKind.Think;
            if (++visits == 10) disturb(system.Task.Result);
        })
        {
            Repeats = true,
        };
        return await Assert.ThrowsAsync<SimulationFailedException>(() => SimulationHost.RunAsync(
            Machine.PlanOf([endless], isVirtual ? null : CostModel.Wall), 2, isVirtual, started: system.SetResult));
    }

    private static Task<SimulationOutcome> Run(SimulatedTask[] tasks, bool isVirtual) =>
        SimulationHost.RunAsync(Machine.PlanOf(tasks, isVirtual ? null : CostModel.Wall), 1, isVirtual);
}
