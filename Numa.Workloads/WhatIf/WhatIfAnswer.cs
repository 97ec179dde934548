using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Zones;

namespace Numa.Workloads.WhatIf;

/// <summary>A figure before and after the change.</summary>
/// <param name="Of">Zone or node that it belongs to; the machine's name for the whole.</param>
/// <param name="Kind">Kind of request; null for what belongs to none.</param>
/// <param name="End">What comes when so many pages are given; null for what is no room.</param>
/// <param name="Now">Unit: pages, or what the name says; null where only the changed machine has such a
/// figure.</param>
/// <param name="With">Null where only the machine as it is has such a figure.</param>
public sealed record FigureChange(
    FigurePart Part, string Of, string Name, RequestKind? Kind, RoomEnd? End, long? Now, long? With)
{
    public bool Differs => Now != With;

    /// <summary>Null where one side has no such figure.</summary>
    public long? Difference => With - Now;
}

/// <summary>The zonelist of a node before and after the change.</summary>
public sealed record WalkChange(int Node, string Now, string With)
{
    public bool Differs => Now != With;
}

/// <summary>What writes to a machine's settings would change.</summary>
/// <param name="Writes">As they were asked for, with units.</param>
/// <param name="Notes">What rules of the kernel make of the values, for people.</param>
public sealed record WhatIfAnswer(
    MachineImage Machine,
    ImmutableArray<string> Writes,
    ImmutableArray<FigureChange> Figures,
    ImmutableArray<WalkChange> Walks,
    ImmutableArray<string> Notes)
{
    /// <summary>What ordinary requests leave: of each zone what its min mark says, or all where that is more. Unit:
    /// pages.</summary>
    public (long Now, long With) KeptFree => KeptFreeOf(Machine, Figures);

    /// <summary>The min marks leave nothing to ordinary requests.</summary>
    public bool KeepsAll => KeptFree.With == Memory(Machine);

    /// <summary>The kind of request and the node whose room changes, by the first kind of which any does, and the most
    /// of its nodes; null when no room changes.</summary>
    public (RequestKind Kind, string Node)? Hardest => HardestOf(Figures);

    internal static (long Now, long With) KeptFreeOf(MachineImage machine, ImmutableArray<FigureChange> figures)
    {
        var mins = figures.Where(figure => figure is { Part: FigurePart.Mark, Name: "min" }).ToList();
        var managed = machine.Zones.ToDictionary(zone => zone.Id.ToString(), zone => zone.Managed.Value);
        return (mins.Sum(min => Math.Min(min.Now ?? 0, managed[min.Of])),
            mins.Sum(min => Math.Min(min.With ?? 0, managed[min.Of])));
    }

    /// <summary>Pages that the buddy lists of all zones manage.</summary>
    internal static long Memory(MachineImage machine) => machine.Zones.Sum(zone => zone.Managed.Value);

    internal static (RequestKind Kind, string Node)? HardestOf(ImmutableArray<FigureChange> figures)
    {
        var totals = figures.Where(figure => figure is { Part: FigurePart.Total, Difference: { } difference }
            && difference != 0).ToList();
        if (totals.Count == 0) return null;
        var kind = RequestKind.All.First(kind => totals.Any(total => total.Kind == kind));
        return (kind, totals.Where(total => total.Kind == kind)
            .MaxBy(total => Math.Abs(total.Difference!.Value))!.Of);
    }
}
