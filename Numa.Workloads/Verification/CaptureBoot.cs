using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Verification;

/// <summary>A captured machine, booted from its inputs alone.</summary>
/// <param name="Observed">Address that the log shows for each request; null where it shows none.</param>
/// <param name="Tuning">The running machine's; steps of the capture move it on.</param>
public sealed record CaptureBoot(
    MachineImage Image, MemoryLayout Layout, MemoryTuning Tuning, ImmutableArray<ulong?> Observed)
{
    /// <summary>The kernel was told to shuffle its free lists (5.2 and later).</summary>
    public bool ShufflesFreeLists { get; init; }

    /// <param name="folder">Holds <c>dmesg.txt</c>, and <c>acpi-SLIT.hex.txt</c> if the machine has one.</param>
    /// <exception cref="InputException">The log cannot be read, or lacks what no boot can do without.</exception>
    public static CaptureBoot From(string folder)
    {
        var machine = MachineBoot.Describe(new(folder, new(folder, 0, 0)));
        var observed = machine.Steps.OfType<EarlyStep.Allocate>().Select(step => step.Observed);
        // The kernel's answers are what is to be predicted; with them the prediction would be no test.
        var layout = EarlyBoot.Run(machine with
        {
            Steps = [.. machine.Steps.Select(
                step => step is EarlyStep.Allocate ask ? ask with { Observed = null } : step)],
        });
        var (image, tuning, _) = BootSequence.Run(layout, counterfactualZoneOrder: false, []);
        return new(image, layout, tuning, [.. observed])
        {
            ShufflesFreeLists = BootParameters.Find(machine.CommandLine, "page_alloc.shuffle") is { } shuffle
                && shuffle is "" or "1" or "y" or "Y" or "on",
        };
    }

    /// <summary>Zonelists as a write of numa_zonelist_order rebuilds them.</summary>
    public ZonelistSet Rebuild() =>
        ZonelistBuilder.Build(BootSequence.Inputs(Layout, Tuning.Settings.ZonelistOrder, cpusKnown: true));
}
