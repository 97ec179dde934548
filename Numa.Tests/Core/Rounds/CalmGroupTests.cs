using CsCheck;
using Numa.Core.Rounds;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Rounds;

public class CalmGroupTests
{
    // Goal: that the others do not wait for a calm group changes nothing. Method: random machines with room, on which
    // groups of nodes are calm for part of the run, until zones run low or blocks are handed across, beside a
    // sequential queue. Calm must have been relied on in many of them, and have ended in some.
    [Fact]
    public void Calm_changes_no_run()
    {
        int calm = 0, ended = 0;
        SmallRun.AnyRoomy.Sample(run =>
        {
            var plan = run.Plan();
            var oracle = new SequentialQueue(plan);
            oracle.Run();
            var expected = StateText.Of(oracle.Zones, oracle.Cpus, plan.Tasks, oracle.Ends, oracle.Crossings);
            var again = run.Plan();
            var loop = new RoundLoop(again, SmallRun.PerNode(again));
            bool wasCalm = false, wasNot = false;
            while (loop.Step(turns =>
            {
                foreach (var (_, go) in turns)
                {
                    wasNot |= wasCalm && go.CalmUntil <= go.Time;
                    wasCalm |= go.CalmUntil > go.RunAhead;
                }
            }))
            {
            }

            var actual = StateText.Of(loop.Zones, loop.Cpus, again.Tasks, loop.Ends, loop.Crossings);
            Assert.True(expected == actual, StateText.Difference(expected, actual));
            if (wasCalm) Interlocked.Increment(ref calm);
            if (wasCalm && wasNot) Interlocked.Increment(ref ended);
        }, iter: 3_000, threads: 2);
        Assert.True(calm > 50, $"calm in {calm} runs");
        Assert.True(ended > 15, $"calm ended in {ended} runs");
    }
}
