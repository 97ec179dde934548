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
                  nr_zone_inactive_anon 0
                  nr_zone_active_anon 0
                  nr_zone_inactive_file 0
                  nr_zone_active_file 0
                  nr_zone_unevictable 0
                  nr_zone_write_pending 0
                  nr_mlock     0
                  nr_bounce    0
                  nr_zspages   0
                  nr_free_cma  0
                  nr_unaccepted 0
                  numa_hit     0
                  numa_miss    0
                  numa_foreign 0
                  numa_interleave 0
                  numa_local   0
                  numa_other   0
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
        Assert.StartsWith("Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 0\n", text,
            StringComparison.Ordinal);
        Assert.Contains("      pgdemote_khugepaged 0\n" + expected.ReplaceLineEndings("\n"), text,
            StringComparison.Ordinal);
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

    // Goal: every line that a kernel prints is printed, in its order, and the inactive ratio is the kernel's. Method: a
    // machine with the zones of each capture.
    [Fact]
    public void Counters_are_those_that_the_kernel_prints()
    {
        var releases = new SortedSet<string>();
        foreach (var folder in Directory.GetDirectories(TuningCapture.Root()))
        {
            if (!File.Exists(Path.Combine(folder, "tuning.txt.gz"))) continue;
            var capture = new TuningCapture(folder);
            var kernel = capture.Zoneinfo("zoneinfo.txt");
            var populated = kernel.Where(zone => zone.IsPopulated).ToList();
            var managed = populated
                .Select(zone => new ManagedZone(zone.Id, new(zone.Present), new(zone.Managed))).ToList();
            var tuning = MemoryTuning.AtBoot(capture.Release, managed, new([new(0)]), new());
            var ours = ZoneinfoText.Listing(capture.Release, kernel.Select(zone => zone.Id.Node).Distinct(),
                [.. managed.Select(zone => ZoneinfoText.Of(
                    capture.Release, zone, default, default, tuning[zone.Id], new(7), 0, []))], tuning);

            Assert.Equal(kernel.Select(zone => zone.Id), ours.Select(zone => zone.Id));
            foreach (var (theirs, own) in kernel.Zip(ours).Where(pair => pair.First.IsPopulated))
            {
                Assert.Equal(Names(theirs.Counters), Names(own.Counters));
                Assert.Equal(Names(theirs.NodeCounters), Names(own.NodeCounters));
                Assert.Equal(theirs.InactiveRatio, own.InactiveRatio);
                Assert.Equal(7, own.Counters[0].Value);
            }

            releases.Add(capture.Release.Name);
        }

        Assert.Equal(["3.10", "4.4", "4.9", "6.1", "6.12"], releases);

        static IEnumerable<string> Names(IEnumerable<ZoneCounter> counters) => counters.Select(counter => counter.Name);
    }

    // Goal: what the fair zone policy leaves a zone to give is high - low, as in the capture before anything is taken.
    [Fact]
    public void The_fair_batch_of_4_4_is_the_distance_of_high_and_low()
    {
        var lines = Print("4.4").Split('\n');
        var batches = Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith("    nr_alloc_batch "));
        var marks = lines.Where(line => line.StartsWith("        high ") || line.StartsWith("        low "))
            .Select(line => long.Parse(line[17..])).Chunk(2);

        Assert.Equal(marks.Select(pair => $"    nr_alloc_batch {pair[1] - pair[0]}"), batches.Select(i => lines[i]));
        Assert.All(batches, i => Assert.StartsWith("    nr_free_pages ", lines[i - 1], StringComparison.Ordinal));
        Assert.DoesNotContain("nr_alloc_batch", Print("4.9"), StringComparison.Ordinal);
    }

    [Fact]
    public void Line_ends_of_other_systems_are_read()
    {
        var text = Print("4.4");
        var (zones, problems) = ZoneinfoReader.Read("zoneinfo.txt", text.ReplaceLineEndings("\r\n"));

        Assert.Empty(problems);
        Assert.Equal(text, ZoneinfoText.Print(KernelRelease.Find("4.4", out _)!, zones));
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
        return ZoneinfoText.Print(release, ZoneinfoText.Listing(release, [new(0)], zones, tuning));

        static ManagedZone Managed(ZoneKind kind, long pages) => new(new(new(0), kind), new(3998), new(pages));
    }
}
