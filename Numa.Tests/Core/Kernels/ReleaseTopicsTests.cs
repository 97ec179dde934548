using Numa.Core.Kernels;

namespace Numa.Tests.Core.Kernels;

// Goal: whoever compares kernels reads which rules differ, and no rule that does not.
public class ReleaseTopicsTests
{
    [Fact]
    public void Only_what_differs_is_named_with_the_rule_of_each()
    {
        var differences = KernelRelease.Differences([Release("4.4"), Release("4.9"), Release("6.1")]);
        Assert.Equal("zones of a node (fair zone policy: in turn in 4.4, one after the other in 4.9 and 6.1)",
            differences[0]);
        Assert.DoesNotContain(differences, text => text.StartsWith("zones found full", StringComparison.Ordinal));
        Assert.Empty(KernelRelease.Differences([Release("4.4")]));
    }

    [Fact]
    public void Every_release_differs_from_every_other_that_has_rules_of_its_own() => Assert.All(
        KernelRelease.Known.Where(release => release.Name is not ("2.6.35" or "4.4.0")).SelectMany(
            one => KernelRelease.Known.Where(other => other.Name == "6.12").Select(other => (one, other)))
            .Where(pair => pair.one != pair.other),
        pair => Assert.NotEmpty(KernelRelease.Differences([pair.one, pair.other])));

    private static KernelRelease Release(string version) => KernelRelease.Find(version, out _)!;
}
