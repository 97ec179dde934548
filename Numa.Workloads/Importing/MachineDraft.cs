using System.Collections.Immutable;
using Numa.Core.Boot;

namespace Numa.Workloads.Importing;

/// <summary>A machine on its way into a file: what it is, and what its file says to people.</summary>
/// <param name="Machine">With a name only if the file shall hold one: without, the file's own name stands.</param>
public sealed record MachineDraft(SyntheticMachine Machine)
{
    /// <summary>The kernel as it was named; null for the name of the release whose rules hold.</summary>
    public string? Kernel { get; init; }

    /// <summary>Sentences at the head of the file: where the machine comes from.</summary>
    public ImmutableArray<string> Heading { get; init; } = [];

    /// <summary>Sentences above a key of the file: what of it was not told, and what stands for it.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Remarks { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>The draft with one more sentence above a key, unless it stands there already.</summary>
    internal MachineDraft With(string key, string remark)
    {
        var told = Remarks.GetValueOrDefault(key, []);
        return told.Contains(remark) ? this : this with { Remarks = Remarks.SetItem(key, told.Add(remark)) };
    }
}
