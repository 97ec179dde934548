using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Numa.Workloads.Measurement;

/// <summary>A setting written in mid-run, and what it changed. Unit: pages.</summary>
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
    /// <summary>The event in one line.</summary>
    [JsonIgnore]
    public string Text => string.Create(CultureInfo.InvariantCulture, $"at {Nanoseconds / 1e6:0.######} ms {Setting}")
        + $" <- {Written}, reads back {ReadsBack.Replace('\t', ' ')}"
        + (Reached ? RebuiltZonelists ? "; zonelists rebuilt" : "" : "; the run was over before");
}

/// <summary>A node's fallback list, <c>0:Normal 0:DMA32 ...</c>, before and after it was built anew.</summary>
public sealed record WalkChange(int Node, string Before, string After);
