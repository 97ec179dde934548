using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Boot;
using Numa.Core.Kernels;

namespace Numa.Tests.Core.Boot;

public class CapturedMachineTests
{
    public static readonly string[] Names =
        ["qemu-2node-4g", "spill-3.10.108-zone", "spill-4.4.178-node", "spill-4.4.178-zone", "spill-4.9.229-node"];

    public static TheoryData<string> Machines => new(Names);

    // Goal: the layout of every captured machine is the kernel's own. Method: replay the log, compare with zoneinfo.
    [Theory]
    [MemberData(nameof(Machines))]
    public void Zones_are_those_of_zoneinfo(string machine)
    {
        var layout = EarlyBoot.Run(CapturedMachine.Describe(machine));
        var truth = CapturedMachine.Zones(machine);

        Assert.Equal(truth.Keys, layout.Zones.Select(zone => zone.Id));
        foreach (var zone in layout.Zones)
        {
            var real = truth[zone.Id];
            Assert.Equal(
                (real.Start, real.Spanned, real.Present, real.Managed),
                (zone.Start.Value, zone.Spanned.Value, zone.Present.Value, zone.ManagedAtEnd.Value));
        }
    }

    // Goal: managed pages at the instant that the watermarks are computed are right to the page. Method: with them the
    // kernel's formula must give the printed marks; spec 05 §3. 90112 KiB is what the huge-page rule gives 4 zones.
    [Theory]
    [MemberData(nameof(Machines))]
    public void Managed_pages_at_tuning_give_the_printed_watermarks(string machine)
    {
        var layout = EarlyBoot.Run(CapturedMachine.Describe(machine));
        const long minPages = 90112 / 4;
        var lowmem = layout.Zones.Sum(zone => zone.ManagedAtTuning.Value);
        foreach (var (id, real) in CapturedMachine.Zones(machine))
        {
            var managed = layout.Zones.Single(zone => zone.Id == id).ManagedAtTuning.Value;
            var min = minPages * managed / lowmem;
            var step = Math.Max(min / 4, managed * 10 / 10000);
            var isOld = layout.Release.Watermarks == WatermarkSpacing.QuarterOfMin;
            Assert.Equal(
                (real.Min, real.Low, real.High),
                isOld ? (min, min + min / 4, min + min / 2) : (min, min + step, min + 2 * step));
        }
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Estimates_add_up_to_the_printed_total(string machine)
    {
        var printed = Regex.Match(CapturedMachine.File(machine, "dmesg.txt"), @"Total pages: (\d+)").Groups[1].Value;
        var layout = EarlyBoot.Run(CapturedMachine.Describe(machine));

        Assert.Equal(printed,
            layout.Zones.Sum(zone => zone.ManagedEstimate.Value).ToString(CultureInfo.InvariantCulture));
    }

    // Goal: memblock's rules alone place every logged allocation where the kernel placed it. Method: forget the
    // observed addresses; a single one elsewhere would shift what follows and change some zone's released ranges.
    [Theory]
    [MemberData(nameof(Machines))]
    public void Requests_alone_lead_to_the_same_layout(string machine)
    {
        var described = CapturedMachine.Describe(machine);
        var requests = described.Steps.OfType<EarlyStep.Allocate>().Count();
        Assert.True(machine.Contains("3.10", StringComparison.Ordinal) ? requests == 0 : requests > 30);
        var predicted = EarlyBoot.Run(described with
        {
            Steps = [.. described.Steps.Select(
                step => step is EarlyStep.Allocate ask ? ask with { Observed = null } : step)],
        });

        var observed = EarlyBoot.Run(described);
        Assert.Empty(observed.Notes);
        Assert.Empty(predicted.Notes);
        Assert.Equal(observed.Zones.SelectMany(zone => zone.Released),
            predicted.Zones.SelectMany(zone => zone.Released));
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Cpus_and_distances_are_those_of_the_firmware(string machine)
    {
        var layout = EarlyBoot.Run(CapturedMachine.Describe(machine));

        Assert.Equal("0 1", string.Join(" ", layout.Nodes));
        Assert.Equal("0 0 1 1", string.Join(" ", layout.Cpus.NodeOfCpu));
        Assert.Equal((10, 21, 21, 10), (layout.Distances[new(0), new(0)], layout.Distances[new(0), new(1)],
            layout.Distances[new(1), new(0)], layout.Distances[new(1), new(1)]));
    }

    // Places taken from the free lists after boot (4.9) and from the resources of 6.1: bss begins at 0x3310.
    [Fact]
    public void Late_frees_lie_where_the_kernel_freed_them()
    {
        string Late(string machine, int zone) =>
            string.Join(" ", EarlyBoot.Run(CapturedMachine.Describe(machine)).Zones[zone].FreedLate
                .Select(range => $"{range.Start}-{range.End}"));

        Assert.Equal("0x7ff84-0x7ffe0 0x1667-0x1717 0x1254-0x1400 0x14c1-0x1600", Late("spill-4.9.229-node", 1));
        Assert.Equal("0x7ff84-0x7ffe0 0x4203-0x4400 0x3044-0x3306 0x1e02-0x2000 0x28eb-0x2a00",
            Late("qemu-2node-4g", 1));
        Assert.Equal("", Late("qemu-2node-4g", 2));
    }

    // Lock prefixes are freed before the watermarks are computed, and 3.10 does not count any freed page as managed.
    [Theory]
    [InlineData("spill-4.9.229-node", 3)]
    [InlineData("spill-3.10.108-zone", 0)]
    public void Lock_prefixes_are_managed_at_tuning(string machine, long pages)
    {
        var zone = EarlyBoot.Run(CapturedMachine.Describe(machine)).Zones[1];

        Assert.Equal(3, Assert.Single(zone.FreedEarly).Pages.Value);
        Assert.Equal(pages, zone.ManagedAtTuning.Value - zone.Released.Sum(range => range.Pages.Value));
    }

    [Fact]
    public void A_log_without_memblock_lines_is_estimated_and_says_so()
    {
        var text = string.Join('\n', CapturedMachine.File("qemu-2node-4g", "dmesg.txt").Split('\n')
            .Where(line => !line.Contains("memblock_", StringComparison.Ordinal)
                && !line.Contains("MEMBLOCK", StringComparison.Ordinal)));
        var layout = EarlyBoot.Run(Numa.Core.Text.DmesgReader.Read(text, "dmesg.txt", "plain").Machine!);

        Assert.Contains(layout.Notes, note => note.Contains("estimated", StringComparison.Ordinal));
        foreach (var (id, real) in CapturedMachine.Zones("qemu-2node-4g"))
        {
            var zone = layout.Zones.Single(candidate => candidate.Id == id);
            Assert.Equal(real.Present, zone.Present.Value);
            Assert.InRange(zone.ManagedAtEnd.Value, real.Managed * 95 / 100, real.Managed * 105 / 100);
        }
    }
}
