using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Tests.Generators;
using Numa.Tests.Oracles;

namespace Numa.Tests.Core.Rounds;

// Goal: no window may be wider than it is. Method: make one bound wrong in the way in which it would be got wrong, and
// play random small machines beside the sequential queue until the run differs or an invariant breaks. The same machine
// without the fault must be right.
public class PlantedFaultTests
{
    private const int MostRuns = 400;

    private static readonly VirtualDuration Endless = new(1_000_000_000_000);

    public enum Fault
    {
        /// <summary>d from the shortest hold, though a refusal is shorter.</summary>
        AnswerFromHold,

        /// <summary>H from CPUs that wait, as if those that are ready asked nobody.</summary>
        OnlyWaitingCpusAsk,

        /// <summary>R bound to nothing.</summary>
        EndlessRunAhead,

        /// <summary>A turn goes on past the answers to its own visits and replies.</summary>
        ServeIsNotLowered,

        /// <summary>A turn goes on past the answers to its own signals.</summary>
        RunAheadIsNotLowered,

        /// <summary>CPUs read what zones were when the round began.</summary>
        BoardOfTheRound,
    }

    [Theory]
    [InlineData(Fault.AnswerFromHold)]
    [InlineData(Fault.OnlyWaitingCpusAsk)]
    [InlineData(Fault.EndlessRunAhead)]
    [InlineData(Fault.ServeIsNotLowered)]
    [InlineData(Fault.RunAheadIsNotLowered)]
    [InlineData(Fault.BoardOfTheRound)]
    public void A_wrong_window_is_seen(Fault fault)
    {
        for (var seed = 0; seed < MostRuns; seed++)
        {
            var run = new SmallRun(seed % 2 == 0 ? "4.4" : "6.1", 2, 4, 5, 8, 40, 300 + seed % 7 * 400, false, seed);
            if (WhatIsWrong(run, fault) is null) continue;
            Assert.Null(WhatIsWrong(run, null));
            return;
        }

        Assert.Fail($"{fault} is not seen in {MostRuns} runs");
    }

    private static string? WhatIsWrong(SmallRun run, Fault? fault)
    {
        var queued = run.Plan();
        var oracle = new SequentialQueue(queued);
        oracle.Run();
        var expected = StateText.Of(oracle.Zones, oracle.Cpus, queued.Tasks, oracle.Ends, oracle.Crossings);
        foreach (var map in new[] { GroupMap.Apart(run.Cpus, run.Zones), SmallRun.Grouping(queued, (ulong)run.Seed) })
        {
            var plan = run.Plan();
            var loop = Loop(plan, map, fault);
            try
            {
                while (loop.Step(turns => Plant(fault, loop, turns)))
                {
                }
            }
            catch (InvariantBreachException breach)
            {
                return breach.Claim;
            }

            var actual = StateText.Of(loop.Zones, loop.Cpus, plan.Tasks, loop.Ends, loop.Crossings);
            if (StateText.Difference(expected, actual) is { } difference) return difference;
        }

        return null;
    }

    private static RoundLoop Loop(SimulationPlan plan, GroupMap map, Fault? fault)
    {
        var right = RoundBounds.Of(plan);
        var answerFromHold = right with { Answer = new(plan.Costs.HoldBase + 2 * plan.Costs.Way) };
        var ofGroups = fault switch
        {
            Fault.AnswerFromHold => answerFromHold,
            Fault.ServeIsNotLowered => right with { Answer = Endless, AcrossWay = Endless },
            Fault.RunAheadIsNotLowered => right with { Signal = Endless },
            _ => right,
        };
        var ofClock = fault switch
        {
            Fault.AnswerFromHold => answerFromHold,
            Fault.OnlyWaitingCpusAsk => right with { AcrossWay = Endless },
            _ => right,
        };
        var seats = Enumerable.Range(0, map.Count).Select(id =>
        {
            var post = new GroupPost(map.Count);
            return (Group: new Group(id, map, Members(map.OfCpu, id).Select(plan.MakeCpu),
                Members(map.OfZone, id).Select(plan.MakeZone), ofGroups, post, RoundOptions.Default), Post: post);
        }).ToArray();
        var loop = new RoundLoop(plan, map, seats, bounds: ofClock);
        foreach (var task in plan.Tasks) seats[map.OfCpu[task.Cpu.Value]].Group.Deliver(SimulationPlan.StartOf(task));
        loop.Begin();
        return loop;
    }

    private static void Plant(Fault? fault, RoundLoop loop, List<(int Group, Go Go)> turns)
    {
        for (var i = 0; i < turns.Count; i++)
        {
            var (group, go) = turns[i];
            if (fault == Fault.EndlessRunAhead) go.RunAhead = VirtualInstant.Never;
            if (fault != Fault.BoardOfTheRound) continue;
            turns[i] = (group, new()
            {
                Round = go.Round, Time = go.Time, RunAhead = go.RunAhead, Serve = go.Serve, CalmUntil = go.CalmUntil,
                Expected = go.Expected, Senders = go.Senders, Board = new([.. loop.Zones.Select(zone => zone.Latest)]),
            });
        }
    }

    private static IEnumerable<int> Members(int[] groups, int id) =>
        Enumerable.Range(0, groups.Length).Where(member => groups[member] == id);
}
