using Numa.Core.Boot;
using Numa.Core.Time;

namespace Numa.Core.Processes;

/// <summary>A setting that is written while a plan runs.</summary>
/// <remarks>Part of the plan: managed pages do not change in a run, so what the write makes of the machine is known
/// before the run begins, and nobody has to be told of it.</remarks>
/// <param name="At">CPUs take note at their first boundary from here on; zones serve later arrivals by it.</param>
public sealed record MachineEvent(VirtualInstant At, SettingChange Change);
