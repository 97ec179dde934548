using Numa.Core.Nodes;

namespace Numa.Workloads.Importing;

/// <summary>Makes distances such as a machine file can hold.</summary>
internal static class DraftDistances
{
    /// <summary>Fake nodes of one real node are 10 apart, which a file takes for a slip: 11 is next to it, and leaves
    /// the order of the zonelists as it is.</summary>
    public static MachineDraft Apart(MachineDraft draft)
    {
        var told = draft.Machine.Distances;
        var cells = Enumerable.Range(0, told.NodeCount * told.NodeCount)
            .Select(cell => (From: cell / told.NodeCount, To: cell % told.NodeCount)).ToList();
        if (cells.All(cell => cell.From == cell.To || told[new(cell.From), new(cell.To)] > NodeDistances.Local))
            return draft;
        var apart = cells.Select(cell => cell.From == cell.To
            ? NodeDistances.Local
            : Math.Max(told[new(cell.From), new(cell.To)], NodeDistances.Local + 1));
        draft = draft with { Machine = draft.Machine with { Distances = new(told.NodeCount, apart) } };
        return draft.With("distances", "Distances of 10 between nodes, as fake nodes have, are written as 11.");
    }
}
