using Numa.Core.Addressing;
using Numa.Core.Kernels;
using Numa.Tests.Oracles;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// Goal: the machines that we ship boot as such machines do, under every release that they can have. Method: zones by hand,
// fallback orders and marks by the formulas written out once more beside our own.
public class ShippedMachinesTests
{
    private const long GiB = 1L << 18;
    private const long Dma = 3998;
    private const long Dma32 = (3 * GiB) - 4096;

    private static readonly string[] Names =
    [
        "two-socket-spr", "snc2-skylake", "snc4-spr", "ring-4socket", "glued-8socket", "epyc-nps4", "epyc-32node",
        "cxl-tier", "memoryless-nodes", "microvm-128m",
    ];

    public static TheoryData<string, string> Boots
    {
        get
        {
            var boots = new TheoryData<string, string>();
            foreach (var name in Names)
            {
                foreach (var release in KernelRelease.Known) boots.Add(name, release.Name);
            }

            foreach (var name in (string[])["pae-pc-4g", "router-64m"])
            {
                foreach (var release in KernelRelease.Known.Where(known => known.IsKnownOn32Bit))
                    boots.Add(name, release.Name);
            }

            return boots;
        }
    }

    /// <summary>Present pages of the zones; frames 0 and 0x9f to 0xff are none of them.</summary>
    public static TheoryData<string, (string Zone, long Present)[]> Zones => new()
    {
        { "two-socket-spr", [.. Low(0), ("0:Normal", 253 * GiB), ("1:Normal", 256 * GiB)] },
        { "snc2-skylake", [.. Low(0), ("0:Normal", 45 * GiB), .. Normal(1, 3, 48)] },
        { "snc4-spr", [.. Low(0), ("0:Normal", 61 * GiB), .. Normal(1, 7, 64)] },
        { "ring-4socket", [.. Low(0), ("0:Normal", 509 * GiB), .. Normal(1, 3, 512)] },
        { "glued-8socket", [.. Low(0), ("0:Normal", 61 * GiB), .. Normal(1, 7, 64)] },
        { "epyc-nps4", [.. Low(0), ("0:Normal", 61 * GiB), .. Normal(1, 7, 64)] },
        { "epyc-32node", [.. Low(0), ("0:Normal", 13 * GiB), .. Normal(1, 31, 16)] },
        { "cxl-tier", [.. Low(0), ("0:Normal", 61 * GiB), .. Normal(1, 2, 64), ("3:Normal", 128 * GiB)] },
        { "memoryless-nodes", [.. Low(1), ("1:Normal", 61 * GiB), ("2:Normal", 64 * GiB)] },
        { "microvm-128m", [("0:DMA", Dma), ("0:DMA32", 32768 - 4096)] },
        { "pae-pc-4g", [("0:DMA", Dma), ("0:Normal", 229376 - 4096), ("0:HighMem", (4 * GiB) - 229376)] },
        { "router-64m", [("0:DMA", Dma), ("0:Normal", 16384 - 4096)] },
    };

    [Theory]
    [MemberData(nameof(Zones))]
    public void Zones_are_those_of_the_layout(string name, (string Zone, long Present)[] expected) => Assert.Equal(
        expected, Boot(name, null).Image.Zones.Select(zone => (zone.Id.ToString(), zone.Present.Value)));

    [Theory]
    [MemberData(nameof(Boots))]
    public void Every_release_boots_to_free_lists_marks_and_orders(string name, string release)
    {
        var machine = Boot(name, release);
        var image = machine.Image;
        image.RequireFreeLists();
        Assert.All(image.Zones, zone => Assert.True(zone.Managed > PageCount.Zero, $"{zone.Id} manages nothing"));
        Assert.All(image.Zones, zone => Assert.True(
            zone.Tuning.Marks.Min <= zone.Tuning.Marks.Low && zone.Tuning.Marks.Low <= zone.Tuning.Marks.High
                && zone.Tuning.Marks.High < zone.Managed, $"{zone.Id}: {zone.Tuning.Marks} of {zone.Managed}"));
        var memory = image.Zones.Select(zone => zone.Id.Node.Value).Distinct().Order().ToArray();
        Assert.All(image.Nodes, node => Assert.Equal(memory, image.Zonelists[node].FallbackOrder
            .Select(other => other.Value).Where(memory.Contains).Order()));
    }

    [Theory]
    [InlineData("4.4", false, true)]
    [InlineData("4.14", false, true)]
    [InlineData("6.1", true, true)]
    [InlineData("6.12", true, false)]
    public void Fallback_orders_are_as_specified(string release, bool addsOne, bool listsItself)
    {
        foreach (var name in Names)
        {
            var image = Boot(name, release).Image;
            int[] memory = [.. image.Zones.Select(zone => zone.Id.Node.Value).Distinct().Order()];
            var orders = SpecifiedFallback.Orders(
                [.. image.Nodes.Select(node => node.Value)], memory, image.Distances, addsOne, listsItself);
            foreach (var node in image.Nodes)
            {
                Assert.Equal($"{name} {node}: {string.Join(' ', orders[node.Value])}",
                    $"{name} {node}: {string.Join(' ', image.Zonelists[node].FallbackOrder)}");
            }
        }
    }

    [Theory]
    [InlineData("4.4", 65536, false)]
    [InlineData("4.9", 65536, true)]
    [InlineData("6.1", 262144, true)]
    public void Marks_are_as_specified(string release, int most, bool isScaled)
    {
        foreach (var name in Names)
        {
            var zones = Boot(name, release).Image.Zones;
            var expected = SpecifiedMarks.Of([.. zones.Select(zone => zone.Managed.Value)], most, isScaled);
            foreach (var (zone, marks) in zones.Zip(expected))
            {
                var own = zone.Tuning.Marks;
                Assert.Equal($"{name} {zone.Id} {marks}",
                    $"{name} {zone.Id} {(own.Min.Value, own.Low.Value, own.High.Value)}");
            }
        }
    }

    // What makes each of them worth shipping.
    [Fact]
    public void Each_shape_has_its_own_way_of_falling_back()
    {
        Assert.Equal("0 1 3 2", Order("ring-4socket", 0));
        Assert.Equal("0 2 1 3", Order("cxl-tier", 0));
        Assert.Equal("1 3 0 2", Order("cxl-tier", 1));
        Assert.Equal("3 2 1", Order("memoryless-nodes", 3));
        Assert.StartsWith("5 6 4 7 ", Order("glued-8socket", 5), StringComparison.Ordinal);
        // A lower number counts as one more of distance: the cache of the same quarter that lies below, 11 away, is no
        // better than those of the next quarter, 12 away.
        Assert.StartsWith("1 2 3 0 5 ", Order("epyc-32node", 1), StringComparison.Ordinal);
        Assert.StartsWith("2 3 0 6 ", Order("epyc-32node", 2), StringComparison.Ordinal);
    }

    private static string Order(string name, int node) =>
        string.Join(' ', Boot(name, null).Image.Zonelists[new(node)].FallbackOrder);

    private static (string Zone, long Present)[] Low(int node) => [($"{node}:DMA", Dma), ($"{node}:DMA32", Dma32)];

    private static IEnumerable<(string Zone, long Present)> Normal(int first, int last, long gibibytes) =>
        Enumerable.Range(first, last - first + 1).Select(node => ($"{node}:Normal", gibibytes * GiB));

    private static BootedMachine Boot(string name, string? release)
    {
        var path = Path.Combine(ScenarioTexts.Configs, "machines", name + ".yaml");
        var file = ScenarioLoader.LoadMachine(path, release is null ? [] : [new("--kernel", "kernel", release)]);
        return MachineBoot.Boot(file.Machine, file.Boot, []);
    }
}
