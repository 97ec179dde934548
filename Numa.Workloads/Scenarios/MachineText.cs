namespace Numa.Workloads.Scenarios;

/// <summary>What stands where a scenario points for its machine.</summary>
/// <param name="File">Path from the working directory.</param>
/// <param name="Text">Content of a machine file; null for a capture.</param>
/// <param name="Problem">Why there is neither; null when there is.</param>
public sealed record MachineText(string File, string? Text, string? Problem = null)
{
    /// <summary>The file is a saved /proc/zoneinfo.</summary>
    public bool IsZoneinfo { get; init; }
}

/// <summary>Finds the machine that a path names.</summary>
/// <param name="path">As written in the scenario, or on the command line.</param>
/// <param name="scenarioFile">File whose folder the path starts from; null for the working directory.</param>
public delegate MachineText FindMachine(string path, string? scenarioFile);
