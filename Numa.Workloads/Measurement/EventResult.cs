using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Numa.Core.Zonelists;

namespace Numa.Workloads.Measurement;

/// <summary>A setting written in mid-run, or memory that came or went, and what that changed. Unit: pages.</summary>
/// <param name="Nanoseconds">Instant of the write, from the start of the run.</param>
/// <param name="Reached">The run was still going on.</param>
/// <param name="RebuiltZonelists">All zonelists were built anew.</param>
/// <param name="Walks">Nodes whose fallback list then changed.</param>
/// <param name="Before">Pages taken since the event before it, or since the start.</param>
/// <param name="After">Pages taken until the event behind it, or until the end.</param>
public sealed record EventResult(
    long Nanoseconds,
    string Setting,
    string Written,
    string ReadsBack,
    bool Reached,
    bool RebuiltZonelists,
    ImmutableArray<WalkChange> Walks,
    ImmutableArray<PlacementResult> Before,
    ImmutableArray<PlacementResult> After)
{
    /// <summary>What became of the machine, where that was known in the run only; null where it was before.</summary>
    public MemoryEventResult? Memory { get; init; }

    /// <summary>How often all zonelists were built anew.</summary>
    [JsonIgnore]
    public int Rebuilds => Memory?.Rebuilds ?? (RebuiltZonelists ? 1 : 0);

    /// <summary>What was written where, or what came or went.</summary>
    [JsonIgnore]
    public string Title => Setting.Contains('.') ? $"{Setting} <- {Written}" : $"{Setting} {Written}";

    /// <summary>The event in one line.</summary>
    [JsonIgnore]
    public string Text => string.Create(CultureInfo.InvariantCulture, $"at {Nanoseconds / 1e6:0.######} ms {Title}")
        + (ReadsBack.Length > 0 ? $", reads back {ReadsBack.Replace('\t', ' ')}" : "")
        + (Reached ? RebuiltZonelists ? "; zonelists rebuilt" : "" : "; the run was over before")
        + (Memory is { Refused: [var first, ..] refused } ? $"; refused: {first}{More(refused.Length - 1)}" : "");

    private static string More(int more) => more > 0 ? $" (and {more} more)" : "";
}

/// <summary>A node's fallback list, <c>0:Normal 0:DMA32 ...</c>, before and after it was built anew.</summary>
public sealed record WalkChange(int Node, string Before, string After)
{
    /// <summary>The lists that differ; a node that was not there has none before.</summary>
    internal static ImmutableArray<WalkChange> Between(ZonelistSet before, ZonelistSet after)
    {
        var old = before.Nodes.ToDictionary(lists => lists.Node, lists => Text(lists.Fallback));
        return
        [
            .. after.Nodes.Select(lists => new WalkChange(
                    lists.Node.Value, old.GetValueOrDefault(lists.Node, ""), Text(lists.Fallback)))
                .Where(change => change.Before != change.After),
        ];
    }

    private static string Text(Zonelist list) => string.Join(' ', list.Zones);
}
