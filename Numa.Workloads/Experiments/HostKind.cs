namespace Numa.Workloads.Experiments;

/// <summary>What carries CPUs and zones through a run. The result in virtual time does not depend on it.</summary>
public enum HostKind
{
    /// <summary>Every CPU, zone and node is an actor.</summary>
    Actors,

    /// <summary>One actor for each thread plays the CPUs and zones of several nodes.</summary>
    Grouped,
}
