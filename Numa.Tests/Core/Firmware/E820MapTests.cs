using CsCheck;
using Numa.Core.Firmware;

namespace Numa.Tests.Core.Firmware;

public class E820MapTests
{
    private static readonly E820Entry[] Overlapping =
    [
        new(0, 0x9fc00, E820Type.Usable),
        new(0x9fc00, 0x400, E820Type.Reserved),
        new(0xf0000, 0x10000, E820Type.Reserved),
        new(0x100000, 0x7fee0000, E820Type.Usable),
        new(0x7ff00000, 0x30000, E820Type.AcpiData),
        new(0xfffc0000, 0x40000, E820Type.Reserved),
        new(0x100000000, 0x222800000, E820Type.Usable),
    ];

    private static readonly E820Type[] Types =
        [E820Type.Usable, E820Type.Reserved, E820Type.AcpiData, E820Type.KernelReserved, E820Type.Persistent];

    // Addresses 0..31 and all kinds of types, so that overlaps, touches and equal edges are common.
    private static readonly Gen<E820Entry[]> AnyMap = Gen.Select(
        Gen.ULong[0, 31], Gen.ULong[0, 12],
        Gen.Int[0, 4],
        (start, size, type) => new E820Entry(start, size, Types[type])).Array[2, 12];

    // Spec 01 E2: a type 3 entry inside RAM splits it.
    [Fact]
    public void The_larger_type_wins_where_entries_overlap()
    {
        var map = E820Map.Sanitise(Overlapping);

        Assert.Equal(
        [
            "[mem 0x0000000000000000-0x000000000009fbff] usable",
            "[mem 0x000000000009fc00-0x000000000009ffff] reserved",
            "[mem 0x00000000000f0000-0x00000000000fffff] reserved",
            "[mem 0x0000000000100000-0x000000007fefffff] usable",
            "[mem 0x000000007ff00000-0x000000007ff2ffff] ACPI data",
            "[mem 0x000000007ff30000-0x000000007ffdffff] usable",
            "[mem 0x00000000fffc0000-0x00000000ffffffff] reserved",
            "[mem 0x0000000100000000-0x00000003227fffff] usable",
        ], map.Entries.Select(entry => entry.ToString()));
        Assert.Equal(0x322800, map.MaxFrame(countAcpiData: false).Value);
        Assert.Equal(0x7ffe0, map.MaxLowFrame(countAcpiData: false).Value);

        var trimmed = E820Map.BiosTrim.Aggregate(map, (edited, edit) => edited.Apply(edit));
        Assert.Equal(new(0, 0x1000, E820Type.Reserved), trimmed.Entries[0]);
        Assert.Equal(new(0x1000, 0x9ec00, E820Type.Usable), trimmed.Entries[1]);
    }

    // Spec 01 E4.
    [Fact]
    public void Touching_entries_of_one_type_become_one()
    {
        Assert.Equal([new(0x1000, 0x2000, E820Type.Usable)], E820Map.Sanitise(
            [new(0x1000, 0x1000, E820Type.Usable), new(0x2000, 0x1000, E820Type.Usable)]).Entries.AsEnumerable());
        Assert.Equal(2, E820Map.Sanitise(
            [new(0x1000, 0x1000, E820Type.Usable), new(0x2000, 0x1000, E820Type.Reserved)]).Entries.Length);
    }

    [Fact]
    public void Maps_that_the_kernel_refuses_stay_as_they_are()
    {
        E820Entry[] wrapping = [new(ulong.MaxValue - 1, 8, E820Type.Usable), new(0, 0, E820Type.Usable)];

        Assert.Equal(wrapping, E820Map.Sanitise(wrapping).Entries.AsEnumerable());
        Assert.Equal(wrapping[1..], E820Map.Sanitise(wrapping[1..]).Entries.AsEnumerable());
    }

    // Spec 01 E3: both ends of an entry are rounded down when the last frame is sought; 6.12 counts ACPI data.
    [Fact]
    public void The_last_frame_is_rounded_down_and_may_count_acpi_data()
    {
        var map = E820Map.Sanitise([new(0x1000, 0x9ec00, E820Type.Usable), new(0x100000, 0x1000, E820Type.AcpiData)]);

        Assert.Equal(0x9f, map.MaxFrame(countAcpiData: false).Value);
        Assert.Equal(0x101, map.MaxFrame(countAcpiData: true).Value);
    }

    // Goal: each byte gets the largest type claimed for it, and nothing else changes. Method: paint bytes one by one.
    [Fact]
    public void Sanitising_gives_each_byte_its_largest_type() =>
        AnyMap.Sample(entries =>
        {
            var map = E820Map.Sanitise(entries);

            Assert.Equal(Paint(entries), Paint(map.Entries));
            Assert.All(map.Entries, entry => Assert.True(entry.Size > 0));
            foreach (var (entry, next) in map.Entries.Zip(map.Entries.Skip(1)))
            {
                Assert.True(entry.End <= next.Start);
                Assert.True(entry.End < next.Start || entry.Type != next.Type || entry.Type == E820Type.Persistent);
            }

            Assert.Equal(map.Entries.AsEnumerable(), E820Map.Sanitise(map.Entries).Entries.AsEnumerable());
        }, iter: 2_000);

    [Fact]
    public void Updates_retype_exactly_what_they_name() =>
        Gen.Select(AnyMap, Gen.ULong[0, 40], Gen.ULong[0, 40]).Sample((entries, start, end) =>
        {
            var map = E820Map.Sanitise(entries);
            var expected = Paint(map.Entries);
            for (var at = start; at < end; at++)
            {
                if (expected[at] == E820Type.Usable) expected[at] = E820Type.Reserved;
            }

            var updated = map.Update(start, end, E820Type.Usable, E820Type.Reserved);
            Assert.Equal(expected, Paint(updated.Entries));
            Assert.True(updated.MaxFrame(false) <= map.MaxFrame(false));
        }, iter: 2_000);

    // Spec 01 §7: what the ends are must hold for any map. Method: pages of 64 MiB around 4 GiB.
    [Fact]
    public void Ends_lie_behind_all_memory_and_low_memory_below_4_GiB() =>
        AnyMap.Sample(entries =>
        {
            const int shift = 28;   // Addresses 0..43 become 0 to 11 GiB.
            var map = E820Map.Sanitise(entries.Select(
                entry => entry with { Start = entry.Start << shift, Size = entry.Size << shift }));
            var (max, low) = (map.MaxFrame(countAcpiData: false).Value, map.MaxLowFrame(countAcpiData: false).Value);

            var ends = map.Entries.Where(entry => entry.Type == E820Type.Usable)
                .Select(entry => (long)(entry.End >> 12)).ToList();
            Assert.Equal(ends.DefaultIfEmpty().Max(), max);
            Assert.True(low <= Math.Min(max, 0x100000));
            Assert.All(map.Entries.Where(entry => entry.Type == E820Type.Usable && entry.End <= 1ul << 32),
                entry => Assert.True((long)(entry.End >> 12) <= low));
            Assert.True(map.MaxFrame(countAcpiData: true).Value >= max);
        }, iter: 1_000);

    private static E820Type[] Paint(IEnumerable<E820Entry> entries)
    {
        var types = new E820Type[64];
        foreach (var entry in entries)
        {
            for (var at = entry.Start; at < entry.End; at++)
            {
                if (entry.Type > types[at]) types[at] = entry.Type;
            }
        }

        return types;
    }
}
