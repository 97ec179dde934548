using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Experiments;

/// <summary>Holds what could be read of a scenario against its booted machine, so that what the machine refuses is told
/// together with what is wrong with the text.</summary>
/// <remarks>Only what holds whatever the rest was meant to say.</remarks>
internal static class DraftFit
{
    /// <summary>What the machine refuses of a scenario whose text is right.</summary>
    internal static ProblemList Problems(Scenario scenario)
    {
        var draft = new ScenarioDraft(scenario, new()) { HasMachine = true, HasEvents = true };
        Check(draft);
        return draft.Problems;
    }

    /// <summary>Adds what the machine refuses.</summary>
    internal static void Check(ScenarioDraft draft)
    {
        var scenario = draft.Scenario!;
        BootedMachine booted;
        try
        {
            booted = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        }
        catch (InputException unbootable)
        {
            foreach (var problem in unbootable.Problems)
                draft.Problems.Add(problem.At, problem.Code, problem.Message);
            return;
        }

        var nodes = (scenario.Machine as DescribedMachine)?.Machine.Nodes.Length;
        if (nodes is null) MachineFit.CheckCpus(scenario, booted.Image.Cpus, draft.Torn, draft.Problems);
        // A zone of a node that is not there was told.
        ScenarioPlan.Occupied(
            scenario.Occupied.Where(occupied => nodes is null || occupied.Zone.Value.Node.Value < nodes), booted,
            draft.Problems);
        foreach (var workload in scenario.Workloads)
        {
            if (!draft.Torn.Contains(workload.Name) && NodesExist(workload, nodes))
                PolicyFit.Check(booted.Image, workload, draft.Problems);
            else
                PolicyFit.CheckRelease(booted.Image.Release, workload, draft.Problems);
        }

        OperatedMachine.Check(scenario, booted, draft.Problems, isWhole: draft.HasEvents);
    }

    private static bool NodesExist(Workload workload, int? nodes)
    {
        if (nodes is not { } count) return true;
        var absent = new ProblemList();
        PolicyReader.Check(workload.Basis, count, absent);
        return absent.IsEmpty;
    }
}
