using Numa.Core.Addressing;
using Numa.Core.Text;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Tests.Core.Zones;

public class HotplugTruthTests
{
    private const long BlockPages = 32768;

    private static readonly string[] Steps =
    [
        "02-online_kernel-first-block", "02-online_kernel-all", "03-offline-again",
        "04-online_movable-first-block", "04-online_movable-all", "05-offline-again",
        "06-online-first-block", "06-online-all", "07-offline-again",
    ];

    // Goal: the marks of Linux 6.1 while 1 GiB comes and goes. Method: bring blocks of 128 MiB on and off line one
    // by one, as the guest did, and compare at each instant that was captured.
    [Fact]
    public void Marks_and_zonelists_follow_memory_that_comes_and_goes()
    {
        var capture = new TuningCapture(Path.Combine(TuningCapture.Root(), "6.1-hotplug"));
        var zones = capture.Zoneinfo("zoneinfo.txt").ToDictionary(zone => zone.Id, Managed);
        var tuning = MemoryTuning.AtBoot(capture.Release, zones.Values, capture.Cpus(), new());
        foreach (var step in Steps)
        {
            var kernel = capture.Zoneinfo($"zoneinfo.{step}.txt");
            var target = kernel.ToDictionary(zone => zone.Id, Managed);
            while (target.Keys.Where(id => target[id] != zones[id]).ToList() is [var id, ..])
            {
                var pages = new PageCount(target[id].Managed > zones[id].Managed ? BlockPages : -BlockPages);
                zones[id] = new(id, zones[id].Present + pages, zones[id].Managed + pages);
                tuning.ChangeMemory(zones.Values);
            }

            foreach (var zone in kernel)
            {
                var ours = tuning[zone.Id];
                Assert.Equal((step, zone.Marks.Min), (step, ours.Marks.Min));
                Assert.Equal((step, zone.Marks.Low, zone.Marks.High), (step, ours.Marks.Low, ours.Marks.High));
                Assert.Equal(zone.Protection, ours.LowmemReserve.Select(pages => pages.Value));
                Assert.All(zone.Pagesets, pageset => Assert.Equal(
                    (step, zone.Id, pageset.High, pageset.Batch, pageset.StatThreshold),
                    (step, zone.Id, ours.Pageset.HighMin, ours.Pageset.Batch, ours.StatThreshold)));
            }

            if (capture.Has($"freelists.{step}.txt")) CheckZonelists(capture, step, zones.Values);
        }
    }

    private static void CheckZonelists(TuningCapture capture, string step, IEnumerable<ManagedZone> zones)
    {
        var present = zones.ToDictionary(zone => zone.Id, zone => zone.Present);
        var set = ZonelistBuilder.Build(new(
            capture.Release, capture.Nodes(), [.. present], capture.Distances(), [.. capture.Cpus().NodeOfCpu]));
        var kernel = capture[$"freelists.{step}.txt"].Split('\n')
            .Where(line => line.StartsWith("zonelist", StringComparison.Ordinal));
        Assert.Equal(kernel, ZonelistText.Lists(set));
    }

    private static ManagedZone Managed(ZoneinfoZone zone) => new(zone.Id, new(zone.Present), new(zone.Managed));
}
