namespace Numa.Workloads.Scenarios.Keys;

/// <summary>One key of a scenario or machine file: what its value looks like, what it means, and what holds without
/// it. Readers, settings, the JSON Schema and the reference all come from here.</summary>
/// <param name="About">One or two sentences for people who see the key for the first time.</param>
public sealed record Key(string Name, Shape Shape, string About)
{
    /// <summary>The mapping is wrong without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The value that holds where the key is left out, as one would write it; null where none is like
    /// it.</summary>
    public string? Default { get; init; }

    /// <summary>What holds where the key is left out, in words; null where <see cref="Default"/> says it all.</summary>
    public string? LeftOut { get; init; }

    /// <summary>Public source of the default, or of the rule behind the key.</summary>
    public string? Source { get; init; }
}
