using System.Collections.Immutable;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Hotplug;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Verification;

/// <summary>A captured machine, booted from its inputs alone.</summary>
/// <param name="Observed">Address that the log shows for each request; null where it shows none.</param>
/// <param name="Tuning">The running machine's; steps of the capture move it on.</param>
/// <param name="Hotplug">The running machine's zones and zonelists; they move on, too.</param>
internal sealed record CaptureBoot(
    MachineImage Image, MemoryLayout Layout, MemoryTuning Tuning, MemoryHotplug Hotplug,
    ImmutableArray<ulong?> Observed)
{
    /// <summary>What is done to the machine's memory; what was plugged in before boot, is done.</summary>
    public required HotplugReplay Replay { get; init; }

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
        HotplugReplay? replay = null;
        var (image, tuning, hotplug, _) = BootSequence.Run(layout, counterfactualZoneOrder: false, [],
            running => replay = new(new(folder), running, layout));
        return new(image, layout, tuning, hotplug, [.. observed]) { Replay = replay! };
    }

    /// <summary>The lists that boot built; memory that it found later may have changed them.</summary>
    public ZonelistSet ListsOfBoot() => ZonelistBuilder.Build(
        BootSequence.Inputs(Layout, Image.Settings.ZonelistOrder, cpusKnown: false));
}
