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

/// <summary>A machine of which files were kept: nothing of it can be changed but the kernel and its settings.</summary>
/// <param name="At">Where the scenario names it.</param>
public abstract record RecordedMachine(SourcePlace At) : MachineSource;

/// <summary>A saved /proc/zoneinfo, perhaps with buddyinfo, version and nodes beside it.</summary>
/// <param name="Path">Path from the working directory.</param>
public sealed record SavedMachineFile(string Path, SourcePlace At) : RecordedMachine(At)
{
    public override string Name => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(Path)) is { Length: > 0 }
        folder ? folder : System.IO.Path.GetFileNameWithoutExtension(Path);
}

/// <summary>A folder with what was captured on a running machine; boot reads its <c>dmesg.txt</c>.</summary>
/// <param name="Folder">Path from the working directory.</param>
public sealed record CapturedMachine(string Folder, SourcePlace At) : RecordedMachine(At)
{
    public override string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder));
}
