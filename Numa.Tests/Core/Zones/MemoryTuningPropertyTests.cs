using CsCheck;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Tests.Generators;

namespace Numa.Tests.Core.Zones;

public class MemoryTuningPropertyTests
{
    private static readonly Gen<SysctlWrite> AnyWrite = Gen.OneOf(
        Gen.Int[0, 300_000].Select(value => new SysctlWrite(Sysctl.MinFreeKbytes, $"{value}")),
        Gen.Int[-1, 3100].Select(value => new SysctlWrite(Sysctl.WatermarkScaleFactor, $"{value}")),
        Gen.Int[-1, 300].Array[1, 6].Select(values =>
            new SysctlWrite(Sysctl.LowmemReserveRatio, string.Join(' ', values))),
        Gen.Int[0, 2000].Select(value => new SysctlWrite(Sysctl.PagelistFraction, $"{value}")),
        Gen.Int[0, 2000].Select(value => new SysctlWrite(Sysctl.PagelistHighFraction, $"{value}")),
        Gen.Int[0, 2].Select(i => new SysctlWrite(Sysctl.HugePages, new[] { "always", "madvise", "never" }[i])));

    private static readonly Gen<(AnyMachine Machine, SysctlWrite[] Writes)> Cases =
        Gen.Select(AnyMachine.Machines, AnyWrite.Array[0, 8]);

    // Goal: what holds of marks and sizes after any history. Method: random machines, random writes.
    [Fact]
    public void Marks_reserves_and_sizes_keep_their_order() => Cases.Sample(test =>
    {
        var tuning = After(test.Machine, test.Writes);
        var total = 0L;
        foreach (var (zone, its) in tuning.PopulatedZones.Zip(tuning.Tunings))
        {
            var (min, low, high, promo) = its.Marks;
            Assert.True(PageCount.Zero <= min && min <= low && low <= high && high <= promo);
            if (tuning.Release.Watermarks == WatermarkSpacing.ScaleFactor) Assert.Equal(low - min, high - low);
            for (var j = 0; j < its.LowmemReserve.Length; j++)
            {
                if (j <= (int)zone.Id.Kind) Assert.Equal(PageCount.Zero, its.LowmemReserve[j]);
                else Assert.True(its.LowmemReserve[j] >= its.LowmemReserve[j - 1]);
            }

            Assert.True(its.TotalReserve <= zone.Managed);
            Assert.InRange(its.StatThreshold, 1, 125);
            Assert.InRange(its.Pageset.Batch, 1, 96);
            // Only a low mark above an eighth of the zone turns the range of 6.12 upside down; the kernel lets it.
            if (low.Value <= zone.Managed.Value / 8) Assert.InRange(its.Pageset.HighMin, 0, its.Pageset.HighMax);
            total += its.TotalReserve.Value;
        }

        Assert.Equal(total, tuning.TotalReserve.Value);
    });

    [Fact]
    public void The_min_marks_add_up_to_min_free_kbytes() => Cases.Sample(test =>
    {
        var tuning = After(test.Machine, test.Writes);
        var sharing = tuning.PopulatedZones.Zip(tuning.Tunings)
            .Where(pair => !tuning.Release.MovableMarksClamped || pair.First.Id.Kind != ZoneKind.Movable).ToList();
        var wanted = tuning.MinFreeKbytes / 4;
        var sum = sharing.Sum(pair => pair.Second.Marks.Min.Value);
        Assert.InRange(sum, wanted - sharing.Count + 1, wanted);
    });

    [Fact]
    public void Each_setting_changes_only_its_own_part() => Cases.Sample(test =>
    {
        var tuning = After(test.Machine, []);
        foreach (var write in test.Writes)
        {
            var (before, minFree) = (tuning.Tunings, tuning.MinFreeKbytes);
            var taken = tuning.Apply(write).Accepted;
            foreach (var (was, now) in before.Zip(tuning.Tunings))
            {
                if (!taken) Assert.Equal(was, now);
                if (write.Name != Sysctl.LowmemReserveRatio) Assert.Equal(was.LowmemReserve, now.LowmemReserve);
                else Assert.Equal(was, now with { LowmemReserve = was.LowmemReserve, TotalReserve = was.TotalReserve });
                if (write.Name.StartsWith("vm.percpu", StringComparison.Ordinal))
                    Assert.Equal(was, now with { Pageset = was.Pageset });
                Assert.Equal((was.StatThreshold, was.DriftMark), (now.StatThreshold, now.DriftMark));
            }

            if (write.Name is not (Sysctl.MinFreeKbytes or Sysctl.HugePages))
                Assert.Equal(minFree, tuning.MinFreeKbytes);
        }
    });

    // The state after a write depends on the value, not on the way there, once huge pages are out of it.
    [Fact]
    public void Writing_a_value_again_changes_nothing() => Cases.Sample(test =>
    {
        var tuning = After(test.Machine, test.Writes);
        tuning.Apply(new(Sysctl.MinFreeKbytes, "67584"));
        var once = tuning.Tunings;
        tuning.Apply(new(Sysctl.MinFreeKbytes, "1"));
        tuning.Apply(new(Sysctl.MinFreeKbytes, "67584"));
        Assert.True(once.SequenceEqual(tuning.Tunings, new SameNumbers()));
    });

    [Fact]
    public void Memory_in_a_higher_zone_never_lowers_a_reserve() =>
        Gen.Select(AnyMachine.Machines, Gen.Long[1, 1_000_000]).Sample((machine, more) =>
        {
            var before = After(machine, []);
            var grown = machine.Zones.Select(zone => zone.Id.Kind == ZoneKind.Normal && zone.IsPopulated
                ? zone with { Managed = zone.Managed + new PageCount(more) } : zone);
            var after = MemoryTuning.AtBoot(machine.Release, grown, machine.Cpus, new());
            foreach (var (was, now) in before.Tunings.Zip(after.Tunings))
                Assert.All(was.LowmemReserve.Zip(now.LowmemReserve), pair => Assert.True(pair.Second >= pair.First));
        });

    [Fact]
    public void The_square_root_is_the_largest_whose_square_fits() => Gen.Long[0, 1L << 61].Sample(value =>
    {
        var root = MinFreeKbytes.SquareRoot(value);
        Assert.True(root * root <= value && (root + 1) * (root + 1) > value);
    });

    private static MemoryTuning After(AnyMachine machine, IEnumerable<SysctlWrite> writes)
    {
        var tuning = MemoryTuning.AtBoot(machine.Release, machine.Zones, machine.Cpus, new MemorySettings());
        foreach (var write in writes) tuning.Apply(write);
        return tuning;
    }

    private sealed class SameNumbers : IEqualityComparer<ZoneTuning>
    {
        public bool Equals(ZoneTuning? a, ZoneTuning? b) => a == b || (a is not null && b is not null
            && a.LowmemReserve.SequenceEqual(b.LowmemReserve) && a == b with { LowmemReserve = a.LowmemReserve });

        public int GetHashCode(ZoneTuning tuning) => 0;
    }
}
