namespace Numa.Actors.Machine;

/// <summary>A run ended before its time: an actor was lost, or somebody stopped it.</summary>
public sealed class SimulationFailedException(string reason, Exception? cause) : Exception(reason, cause);
