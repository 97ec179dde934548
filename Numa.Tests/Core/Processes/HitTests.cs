using CsCheck;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Processes;

public class HitTests
{
    // Goal: an allocation served without a walk gets what a walk would have given it. Method: a CPU that is recorded
    // always walks; whatever a random run leaves must be the same when every CPU is, and when none is.
    [Fact]
    public void What_is_kept_of_a_walk_is_what_the_walk_would_find_again()
    {
        SmallRun.Any.Sample(run =>
        {
            var expected = Play(run, isRecorded: true);
            var actual = Play(run, isRecorded: false);
            Assert.True(expected == actual, StateText.Difference(expected, actual));
        }, iter: 1_000);
    }

    private static string Play(SmallRun run, bool isRecorded)
    {
        var plan = run.Plan();
        var loop = new RoundLoop(plan, GroupMap.Single(run.Cpus, run.Zones));
        foreach (var cpu in loop.Cpus) cpu.Recorder = isRecorded ? new WalkRecorder([], 0) : null;
        loop.Run();
        return StateText.Of(loop.Zones, loop.Cpus, plan.Tasks, loop.Ends, loop.Crossings);
    }
}
