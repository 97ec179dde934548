using System.Collections.Immutable;
using Numa.Core.Allocation;
using Numa.Core.Text;
using Numa.Core.Time;

namespace Numa.Workloads.Scenarios.Keys;

/// <summary>A kind of workload: what its tasks do, its keys, and its defaults for keys of every workload.</summary>
/// <param name="About">What each of its tasks does.</param>
/// <param name="Gfp">What it asks for unless it says otherwise.</param>
/// <param name="Think">Computing before each operation unless it says otherwise.</param>
/// <param name="ThinkSource">What that default rests on.</param>
/// <param name="Own">Its own keys, beside those of every workload.</param>
public sealed record WorkloadKind(
    string Name, string About, GfpFlags Gfp, VirtualDuration Think, string ThinkSource, ImmutableArray<Key> Own)
{
    /// <summary>Groups of its own keys that exclude each other.</summary>
    public ImmutableArray<Choice> Choices { get; init; } = [];

    /// <summary>Every key that such a workload may have.</summary>
    public KeyTable Table => new($"workload-{Name}", About, [.. WorkloadKeys.Common.Keys.Select(Known), .. Own])
    {
        Choices = WorkloadKeys.Common.Choices.AddRange(Choices),
    };

    private Key Known(Key key) => key.Name switch
    {
        "gfp" => key with { Default = GfpText.Format(Gfp) },
        "think" => key with { Default = Quantities.Format(Think), Source = ThinkSource },
        _ => key,
    };
}
