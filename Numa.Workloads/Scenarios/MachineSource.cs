using Numa.Core.Boot;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>Where a scenario's machine comes from.</summary>
public abstract record MachineSource
{
    /// <summary>Name for titles.</summary>
    public abstract string Name { get; }
}

/// <summary>A machine that a person described. Kernel and settings of the scenario are already in it.</summary>
public sealed record DescribedMachine(SyntheticMachine Machine) : MachineSource
{
    public override string Name => Machine.Name;
}

/// <summary>A folder with what was captured on a running machine; boot reads its <c>dmesg.txt</c>.</summary>
/// <param name="Folder">Path from the working directory.</param>
/// <param name="At">Where the scenario names it.</param>
public sealed record CapturedMachine(string Folder, SourcePlace At) : MachineSource
{
    public override string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder));
}
