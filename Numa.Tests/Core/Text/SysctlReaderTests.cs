using Numa.Core.Boot;
using Numa.Core.Kernels;
using Numa.Core.Text;

namespace Numa.Tests.Core.Text;

// Goal: what was saved differs from what the release has by itself only where somebody wrote it. Method: texts as
// sysctl and as a list of files print them.
public class SysctlReaderTests
{
    [Theory]
    [InlineData("min_free_kbytes = 67584\n", true)]
    [InlineData("kernel.osrelease = 6.1\nvm.min_free_kbytes=67584\r\n", true)]
    [InlineData("zoneinfo.after: min_free_kbytes <- \"1024\"\n", false)]
    public void Sysctls_are_known_by_one_that_every_kernel_has(string text, bool known) =>
        Assert.Equal(known, SysctlReader.Recognises(text));

    [Fact]
    public void Values_of_the_release_stay_unsaid()
    {
        const string text = "vm.lowmem_reserve_ratio = 256\t256\t32\t0\t0\nvm.min_free_kbytes = 67584\n"
            + "vm.swappiness = 60\nvm.zone_reclaim_mode = 0\nvm.stat_refresh = \n";
        Assert.Equal(new MemorySettings { MinFreeKbytes = 67584 }, Read("6.1", text, false));
        Assert.True(Read("6.1", text, false).LowmemReserveRatio.IsEmpty);
    }

    [Fact]
    public void Written_values_are_taken_with_and_without_their_group()
    {
        var read = Read("4.4", "swappiness = 10\nvm.zone_reclaim_mode = 0\nnuma_zonelist_order = zone\n"
            + "lowmem_reserve_ratio = 256 256 8\nwatermark_scale_factor = 7\n", true);
        Assert.Equal((10, 0, "zone", "256 256 8", 10), (read.Swappiness, read.ZoneReclaimMode, read.ZonelistOrder,
            string.Join(' ', read.LowmemReserveRatio), read.WatermarkScaleFactor));
    }

    private static MemorySettings Read(string release, string text, bool reclaims) =>
        SysctlReader.Read(KernelRelease.Find(release, out _)!, text, new(), reclaims);
}
