using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Tests.Core.Zones;

namespace Numa.Tests.Core.Text;

public class ZoneinfoTextTests
{
    // Goal: nothing a kernel printed is lost. Method: read and print again every zoneinfo of every capture.
    [Fact]
    public void Reading_and_printing_gives_the_kernels_text_back()
    {
        var texts = 0;
        foreach (var folder in Directory.GetDirectories(TuningCapture.Root()))
        {
            if (!File.Exists(Path.Combine(folder, "tuning.txt.gz"))) continue;
            var capture = new TuningCapture(folder);
            var files = capture.Writes().Select(write => $"zoneinfo.{write.File}").Prepend("zoneinfo.txt");
            foreach (var file in files)
            {
                Assert.Equal(capture[file], ZoneinfoText.Print(capture.Release, capture.Zoneinfo(file)));
                texts++;
            }
        }

        Assert.True(texts > 100);
    }

    [Fact]
    public void A_simulated_machine_prints_as_its_release_would()
    {
        var expected = """
            Node 0, zone      DMA
              pages free     3584
                    boost    0
                    min      8
                    low      11
                    high     14
                    promo    17
                    spanned  4095
                    present  3998
                    managed  3973
                    cma      0
                    protection: (0, 1813, 31994, 31994, 31994)
                  nr_free_pages 3584
              pagesets
                cpu: 0
                          count: 2
                          high:  4
                          batch: 1
              vm stats threshold: 2
              node_unreclaimable:  0
              start_pfn:           1

            """;
        var text = Print("6.12");
        Assert.StartsWith(expected.ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
        Assert.EndsWith(
            "Node 0, zone   Device\n  pages free     0\n        boost    0\n        min      0\n        low      0\n"
            + "        high     0\n        promo    0\n        spanned  0\n        present  0\n        managed  0\n"
            + "        cma      0\n        protection: (0, 0, 0, 0, 0)\n",
            text, StringComparison.Ordinal);
        Assert.Equal(5, ZoneinfoReader.Read("zoneinfo", text).Zones.Length);
    }

    [Fact]
    public void Old_kernels_leave_empty_zones_out_and_have_four_columns()
    {
        var text = Print("4.4");
        Assert.Contains("        protection: (0, 1813, 31994, 31994)\n  pagesets\n", text, StringComparison.Ordinal);
        Assert.Contains("        scanned  0\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Movable", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0, "no zone found: expected 'Node 0, zone ...'")]
    [InlineData("Node 0, zone Normal\n  pages free many\n", 2, "'pages free many' is no line of /proc/zoneinfo")]
    [InlineData("Node 0, zone High\n", 1, "'Node 0, zone High' is no line of /proc/zoneinfo")]
    [InlineData("Node 0, zone 2\n", 1, "'Node 0, zone 2' is no line of /proc/zoneinfo")]
    [InlineData("Node 0, zone Normal\n cpu: 3\n", 2, "'cpu: 3' is no line of /proc/zoneinfo")]
    [InlineData("Node 0, zone Normal\n count: 3\n", 2, "'count: 3' is no line of /proc/zoneinfo")]
    [InlineData("Node 0, zone Normal\n protection: (0, x)\n", 2, "'protection: (0, x)' is no line of /proc/zoneinfo")]
    [InlineData("Node 99999999999, zone Normal\n", 1, "'Node 99999999999, zone Normal' is no line of /proc/zoneinfo")]
    [InlineData("Node 0, zone DMA\n cpu: 0\n high: 9999999999", 3, "'high: 9999999999' is no line of /proc/zoneinfo")]
    public void A_line_that_cannot_be_placed_is_a_problem_at_its_place(string text, int line, string message)
    {
        var problem = ZoneinfoReader.Read("zoneinfo.txt", text).Problems[0];
        Assert.Equal((line, message), (problem.At.Line, problem.Message));
    }

    private static string Print(string name)
    {
        var release = KernelRelease.Find(name, out _)!;
        ManagedZone[] managed =
            [Managed(ZoneKind.DMA, 3973), Managed(ZoneKind.DMA32, 464142), Managed(ZoneKind.Normal, 7726451)];
        var tuning = MemoryTuning.AtBoot(release, managed, new([new(0)]), new());
        var zones = managed.Select(zone => ZoneinfoText.Of(
            release, zone, new(1), new(4095), tuning[zone.Id], new(3584), 0, [(2, 4)])).ToList();
        return ZoneinfoText.Print(release, ZoneinfoText.WithEmptyZones(release, [new(0)], zones, tuning));

        static ManagedZone Managed(ZoneKind kind, long pages) => new(new(new(0), kind), new(3998), new(pages));
    }
}
