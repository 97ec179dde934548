using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;
using static Numa.Tests.Generators.ScriptTask;

namespace Numa.Tests.Core.Processes;

public class CpuProcessTests
{
    private static readonly SmallRun Machine = new("6.1", 2, 3, 2, 0, 0, 20_000, false, 7);

    [Fact]
    public void What_is_handed_to_a_task_before_its_start_is_its_own()
    {
        var late = new ScriptTask(1, 1) { Start = new(1_000_000) };
        var loop = Run(new ScriptTask(0, 0, Allocate(0), HandAllTo(1)), late);

        Assert.Single(late.Held);
        Assert.Empty(loop.Cpus[1].Orphans);
    }

    [Fact]
    public void What_is_handed_to_a_task_after_its_end_stays_in_the_account()
    {
        var loop = Run(new ScriptTask(0, 0, Allocate(3), Think(100_000), HandAllTo(1)), new ScriptTask(1, 1));

        Assert.Equal(8, Assert.Single(loop.Cpus[1].Orphans).Pages);
    }

    // A signal to a sleeper takes one signal latency; its answer another.
    [Fact]
    public void A_sleeper_wakes_one_latency_after_it_was_called()
    {
        var loop = Run(
            new ScriptTask(0, 0, Think(500), HandAllTo(1), Sleep), new ScriptTask(1, 1, Sleep, HandAllTo(0)));

        Assert.Equal(20_500, loop.Ends[new(1)].At.Nanoseconds);
        Assert.Equal(40_500, loop.Ends[new(0)].At.Nanoseconds);
    }

    [Fact]
    public void A_task_after_others_starts_one_latency_after_the_last_of_them()
    {
        var loop = Run(new ScriptTask(0, 0, Think(700)), new ScriptTask(1, 1, Think(900)),
            new ScriptTask(2, 1, Think(1)) { After = [new(0), new(1)] });

        // Task 0 is heard of at 20,700; task 1 ended on the same CPU, without latency.
        Assert.Equal(20_701, loop.Ends[new(2)].At.Nanoseconds);
    }

    [Fact]
    public void A_sleeper_whom_nobody_calls_waits_for_ever()
    {
        var loop = Run(new ScriptTask(0, 0, Sleep), new ScriptTask(1, 1));

        Assert.Equal([new TaskId(0)], loop.Cpus[0].Sleeping.Select(task => task.Id));
        Assert.False(loop.Ends.ContainsKey(new(0)));
    }

    private static RoundLoop Run(params SimulatedTask[] tasks)
    {
        var loop = new RoundLoop(Machine.PlanOf(tasks), GroupMap.Apart(Machine.Cpus, Machine.Zones));
        loop.Run();
        return loop;
    }
}
