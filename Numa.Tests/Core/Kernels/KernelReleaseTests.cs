using Numa.Core.Kernels;

namespace Numa.Tests.Core.Kernels;

public class KernelReleaseTests
{
    [Theory]
    [InlineData("6.12.95", "6.12", true)]
    [InlineData("6.12.95+deb12-amd64", "6.12", true)]
    [InlineData("6.1.0-56-amd64", "6.1", true)]
    [InlineData("4.13.16", "4.9", false)]
    [InlineData("4.14.336", "4.14", true)]
    [InlineData("5.10", "4.14", false)]
    [InlineData("6.0", "4.14", false)]
    [InlineData("6.6.30", "6.1", false)]
    [InlineData("7.0", "6.12", false)]
    [InlineData("4.4.0", "4.4.0", true)]
    [InlineData("4.4.0-rc1", "4.4.0", true)]
    [InlineData("4.4.0-custom", "4.4.0", true)]
    [InlineData("4.4.0-210", "4.4.0", true)]
    [InlineData("4.4.0-210-generic", "4.4", true)]
    [InlineData("4.4.0-1128-aws", "4.4", true)]
    [InlineData("4.4.178", "4.4", true)]
    [InlineData("4.4", "4.4", true)]
    [InlineData("3.10.108", "3.10", true)]
    [InlineData("3.2.0", "2.6.35", false)]
    [InlineData("2.6.34", "2.6.34", true)]
    [InlineData("2.6.36", "2.6.35", false)]
    public void The_newest_release_not_newer_than_the_version_stands_in(string version, string name, bool exact)
    {
        Assert.Equal(name, KernelRelease.Find(version, out var found)?.Name);
        Assert.Equal(exact, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("6")]
    [InlineData("linux")]
    [InlineData("6..1")]
    [InlineData("v6.1")]
    [InlineData("99999999999.1")]
    [InlineData("2.4.37")]
    public void What_is_no_version_or_too_old_finds_nothing(string version)
    {
        Assert.Null(KernelRelease.Find(version, out var exact));
        Assert.False(exact);
    }

    [Theory]
    [InlineData("4.13", true)]
    [InlineData("4.14", false)]
    [InlineData("5.15", false)]
    [InlineData("6.12", false)]
    public void Zone_order_ends_with_4_14(string version, bool known) =>
        Assert.Equal(known, KernelRelease.Find(version, out _)!.KnowsZoneOrder);

    [Fact]
    public void Releases_have_distinct_names() =>
        Assert.Equal(KernelRelease.Known.Length, KernelRelease.Known.DistinctBy(release => release.Name).Count());
}
