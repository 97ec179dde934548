namespace Numa.Workloads.Scenarios.Keys;

/// <summary>One key of a scenario or machine file: what its value looks like, what it means, and what holds without
/// it. Readers, settings, the JSON Schema and the reference all come from here.</summary>
/// <param name="About">One or two sentences for people who see the key for the first time.</param>
public sealed record Key(string Name, Shape Shape, string About)
{
    /// <summary>Name of the key by which a file says what it changes about another.</summary>
    public const string Extends = "extends";

    /// <summary>The mapping is wrong without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The value that holds where the key is left out, as one would write it; null where none is like
    /// it.</summary>
    public string? Default { get; init; }

    /// <summary>What holds where the key is left out, in words; null where <see cref="Default"/> says it all.</summary>
    public string? LeftOut { get; init; }

    /// <summary>Default and words together; null where a key that is left out means nothing.</summary>
    public string? LeftOutWords => Default is null || LeftOut is null ? Default ?? LeftOut : $"{Default}: {LeftOut}";

    /// <summary>Public source of the default, or of the rule behind the key.</summary>
    public string? Source { get; init; }
}
