using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Text;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Xunit.Abstractions;

namespace Numa.Tests.Core.Zones;

public class MemoryTuningTruthTests(ITestOutputHelper output)
{
    // Goal: the same numbers as real kernels after boot and after every write. Method: feed each capture's managed
    // pages, topology and writes to MemoryTuning and ZonelistBuilder, and compare every printed number.
    [Theory]
    [InlineData("3.10.108-2node-4g-default")]
    [InlineData("4.4.178-2node-4g-node")]
    [InlineData("4.4.178-cpuless-tie-default")]
    [InlineData("4.9.229-4node-2g-ring-default")]
    [InlineData("6.1-2node-4g")]
    [InlineData("6.1-4node-2g-ring")]
    [InlineData("6.1-memoryless")]
    [InlineData("6.12-2node-cxl")]
    [InlineData("6.12-8node-1g-glued")]
    [InlineData("6.12-unbalanced")]
    public void Every_number_of_a_capture_is_reproduced(string capture)
    {
        var differences = Compare(Path.Combine(TuningCapture.Root(), capture));
        foreach (var line in differences) output.WriteLine(line);
        Assert.Empty(differences);
    }

    private List<string> Compare(string folder)
    {
        var comparison = new Comparison(new TuningCapture(folder));
        comparison.Run();
        output.WriteLine($"{Path.GetFileName(folder)}: {comparison.Compared} numbers and lists compared");
        return comparison.Differences;
    }

    private sealed class Comparison(TuningCapture capture)
    {
        private readonly KernelRelease _release = capture.Release;
        private MemoryTuning _tuning = null!;
        private ZonelistSet _lists = null!;

        public List<string> Differences { get; } = [];

        public int Compared { get; private set; }

        public void Run()
        {
            var order = Regex.Match(capture["cmdline-kernel.txt"], @"numa_zonelist_order=(\S+)");
            var settings = new MemorySettings { ZonelistOrder = order.Success ? order.Groups[1].Value : "default" };
            var zones = capture.Zoneinfo("zoneinfo.txt");
            _tuning = MemoryTuning.AtBoot(_release, zones.Select(BeforeLateFrees), capture.Cpus(), settings);
            SetManaged("zoneinfo.txt");
            // Captures of traces switched huge pages off before anything was read.
            var inForce = Regex.Match(capture["sysctl-vm.txt"], @"^min_free_kbytes = (\d+)", RegexOptions.Multiline);
            if (inForce.Groups[1].Value != $"{_tuning.MinFreeKbytes}") _tuning.Apply(new(Sysctl.HugePages, "never"));
            _lists = Build(cpusKnown: false);
            Check("zoneinfo.txt", "freelists.txt");
            CheckFallbackOrder();
            if (!capture.Has("zoneinfo.after-thp-never.txt")) return;

            _tuning.ReadLowmemReserveRatio();
            HugePages("never");
            Check("zoneinfo.after-thp-never.txt", "pcp.after-thp-never.txt");
            HugePages("always");
            Check("zoneinfo.after-thp-always.txt", "pcp.after-thp-always.txt");
            foreach (var (file, name, value, taken, readsBack) in capture.Writes())
                Write(file, name, value, taken, readsBack);
        }

        // What boot freed after it had computed the marks: init sections and the initrd. In 3.10 such pages
        // do not count as managed.
        private ManagedZone BeforeLateFrees(ZoneinfoZone zone)
        {
            if (_release.Name == "3.10") return new(zone.Id, new(zone.Present), new(zone.Managed));
            var freed = FreedLate("unused", 0x1000);
            var initrd = Regex.Match(capture["dmesg.txt"], @"RAMDISK: \[mem 0x(\w+)-");
            freed += FreedLate("initrd", Convert.ToInt64(initrd.Groups[1].Value, 16) >> 12);
            return new(zone.Id, new(zone.Present), new(zone.Managed - freed));

            long FreedLate(string what, long frame) =>
                frame < zone.Start.Value || frame >= zone.Start.Value + zone.Spanned ? 0 : Regex
                    .Matches(capture["dmesg.txt"], $@"Freeing {what} .*: (\d+)[kK]")
                    .Sum(match => long.Parse(match.Groups[1].Value) / 4);
        }

        private void SetManaged(string file)
        {
            foreach (var zone in capture.Zoneinfo(file).Where(zone => zone.IsPopulated))
                _tuning.SetManaged(zone.Id, new(zone.Managed));
        }

        private void HugePages(string mode)
        {
            _tuning.Apply(new(Sysctl.HugePages, mode));
            var file = $"sysctl-vm.after-thp-{mode}.txt";
            if (!capture.Has(file)) return;
            var read = Regex.Match(capture[file], @"^min_free_kbytes = (\d+)", RegexOptions.Multiline).Groups[1].Value;
            Same(file, "min_free_kbytes", long.Parse(read), _tuning.MinFreeKbytes);
        }

        private void Write(string file, string name, string value, bool taken, string readsBack)
        {
            SetManaged($"zoneinfo.{file}");
            var before = ZonelistOrderSetting.Parse(_release, _tuning.Settings.ZonelistOrder, out _);
            var verdict = _tuning.Apply(new(name, value));
            // 3.10 answers an unknown zonelist order with success, but keeps the old one.
            var silent = taken && name == Sysctl.ZonelistOrder && !verdict.Accepted && readsBack != value;
            if (verdict.Accepted != taken && !silent)
                Differences.Add($"{file}: {name} <- {value}: {verdict.Refusal ?? "taken"}, kernel taken={taken}");
            if (Sysctl.Exists(_release, name)) Same(file, $"{name} reads back", readsBack, ReadBack(name));
            if (ZonelistOrderSetting.Parse(_release, _tuning.Settings.ZonelistOrder, out _) != before)
                _lists = Build(cpusKnown: true);
            Check($"zoneinfo.{file}", file.Replace("after", "pcp.after", StringComparison.Ordinal));
        }

        private string ReadBack(string name) => name switch
        {
            Sysctl.MinFreeKbytes => $"{_tuning.MinFreeKbytes}",
            Sysctl.WatermarkScaleFactor => $"{_tuning.Settings.WatermarkScaleFactor}",
            Sysctl.LowmemReserveRatio => string.Join('\t', _tuning.LowmemReserveRatio),
            Sysctl.ZonelistOrder => _tuning.Settings.ZonelistOrder,
            _ => $"{_tuning.Settings.PagelistFraction}",
        };

        private ZonelistSet Build(bool cpusKnown)
        {
            var nodes = capture.Nodes();
            var withCpus = cpusKnown ? nodes.Where(node => capture.Cpus().CpusOf(node).Any()) : [];
            var present = capture.Zoneinfo("zoneinfo.txt")
                .ToDictionary(zone => zone.Id, zone => new PageCount(zone.Present));
            return ZonelistBuilder.Build(new(
                _release, nodes, [.. present], capture.Distances(), [.. withCpus], _tuning.Settings.ZonelistOrder));
        }

        private void Check(string zoneinfo, string freelists)
        {
            foreach (var zone in capture.Zoneinfo(zoneinfo))
            {
                var tuning = _tuning[zone.Id];
                var at = $"{zoneinfo} {zone.Id}";
                Same(at, "min", zone.Marks.Min.Value, tuning.Marks.Min.Value);
                Same(at, "low", zone.Marks.Low.Value, tuning.Marks.Low.Value);
                Same(at, "high", zone.Marks.High.Value, tuning.Marks.High.Value);
                if (_release.Zoneinfo == ZoneinfoShape.PerNodeWithPromo)
                    Same(at, "promo", zone.Marks.Promo.Value, tuning.Marks.Promo.Value);
                var kinds = _release.Architecture.ZoneKinds;
                for (var j = 0; j < zone.Protection.Length; j++)
                    Same(at, $"protection {kinds[j]}", zone.Protection[j], tuning.LowmemReserve[(int)kinds[j]].Value);
                foreach (var pageset in zone.Pagesets)
                {
                    Same(at, "threshold", pageset.StatThreshold, tuning.StatThreshold);
                    Same(at, "batch", pageset.Batch, tuning.Pageset.Batch);
                    if (_release.PagesetSizing != PagesetSizingRule.AutoTuned)
                        Same(at, "pageset high", pageset.High, tuning.Pageset.HighMin);
                }
            }

            if (capture.Has(freelists)) CheckFreelists(freelists);
        }

        private void CheckFreelists(string file)
        {
            var text = capture[file];
            var listed = text.Split('\n').Where(line => line.StartsWith("zonelist", StringComparison.Ordinal)).ToList();
            Same(file, "zonelists", string.Join('\n', listed).TrimEnd(),
                string.Join('\n', ZonelistText.Lists(_lists, _release.Architecture)));
            foreach (Match match in Regex.Matches(text, @"^zone (\d+) (\w+) .*$", RegexOptions.Multiline))
            {
                var tuning = _tuning[ZoneOf(match)];
                if (Field(match.Value, "dirty_balance_reserve") is { } total)
                    Same(match.Value, "total reserve", total, tuning.TotalReserve.Value);
                if (Field(match.Value, "drift_mark") is { } drift)
                    Same(match.Value, "drift mark", drift, tuning.DriftMark.Value);
                var promo = Regex.Match(match.Value, @"wmark \d+ \d+ \d+ (\d+)");
                if (_release.HasPromoMark && promo.Success)
                    Same(match.Value, "promo", long.Parse(promo.Groups[1].Value), tuning.Marks.Promo.Value);
            }

            foreach (Match match in Regex.Matches(text, @"^pcpinfo (\d+) (\w+) .*high_min.*$", RegexOptions.Multiline))
            {
                var size = _tuning[ZoneOf(match)].Pageset;
                Same(match.Value, "high_min", Field(match.Value, "high_min")!.Value, size.HighMin);
                Same(match.Value, "high_max", Field(match.Value, "high_max")!.Value, size.HighMax);
            }
        }

        private void CheckFallbackOrder()
        {
            foreach (Match match in Regex.Matches(capture["dmesg.txt"], @"Fallback order for Node (\d+): .*"))
            {
                var node = new NodeId(int.Parse(match.Groups[1].Value));
                Same("dmesg.txt", "order", match.Value, ZonelistText.FallbackOrder(_lists[node]));
            }

            var built = Regex.Match(capture["dmesg.txt"], @"Built (\d+) zonelists.*Total pages: (\d+)");
            if (!built.Success) return;
            var total = new PageCount(long.Parse(built.Groups[2].Value));
            var nodes = int.Parse(built.Groups[1].Value);
            Same("dmesg.txt", "built", built.Value, ZonelistText.Built(_release, _lists.Order, nodes, total));
        }

        private static ZoneId ZoneOf(Match match) =>
            new(new(int.Parse(match.Groups[1].Value)), Enum.Parse<ZoneKind>(match.Groups[2].Value));

        private static long? Field(string line, string name) =>
            Regex.Match(line, $@" {name} (\d+)") is { Success: true } match ? long.Parse(match.Groups[1].Value) : null;

        private void Same(string at, string what, long kernel, long ours)
        {
            Compared++;
            if (kernel != ours) Differences.Add($"{at}: {what}: kernel {kernel}, ours {ours}");
        }

        private void Same(string at, string what, string kernel, string ours)
        {
            Compared++;
            if (kernel != ours) Differences.Add($"{at}: {what}: kernel '{kernel}', ours '{ours}'");
        }
    }
}
