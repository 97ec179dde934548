using Numa.Core.Addressing;
using Numa.Core.Reclaim;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

public class ReclaimReaderTests
{
    [Fact]
    public void Nothing_is_assumed_that_is_not_written()
    {
        var scenario = ScenarioTexts.Parse(ScenarioTexts.Scenario);
        Assert.Equal(ReclaimSettings.None, scenario.Reclaim);
        Assert.Null(scenario.Workloads[0].Basis.Request.Lru);
    }

    [Fact]
    public void Swap_and_shares_are_read_and_can_be_set()
    {
        var text = $"swap: 2GiB\nreclaim: {{hot: 10%, dirty: 20%}}\n{ScenarioTexts.Scenario}";
        Assert.Equal(new(10, 20, new(1 << 19)), ScenarioTexts.Parse(text).Reclaim);
        Assert.Equal(new(0, 30, PageCount.Zero),
            ScenarioTexts.Parse(text, "reclaim.dirty=30%", "hot=0", "swap=0").Reclaim);
    }

    // A page cache's page is overwritten by what is read; only a program's own memory is zeroed.
    [Theory]
    [InlineData("none", null, true)]
    [InlineData("anonymous", LruType.Anonymous, true)]
    [InlineData("file", LruType.File, false)]
    public void A_fill_says_which_list_its_pages_go_to(string word, LruType? list, bool isZeroed)
    {
        var request = Workload($"kind: fill, cpus: 0, pages: 5, lru: {word}").Basis.Request;
        Assert.Equal((list, isZeroed), (request.Lru, request.IsZeroed));
        request = Workload($"kind: storm, cpus: 0, workingSet: unlimited, operations: 9, lru: {word}").Basis.Request;
        Assert.Equal((list, isZeroed), (request.Lru, request.IsZeroed));
    }

    [Theory]
    [InlineData("swap: 2GB", "s.yaml:1:7: error NUMA106: swap: '2GB' is no size; expected a whole number with KiB,"
        + " MiB, GiB or TiB, for example 2GiB")]
    [InlineData("reclaim: 5", "s.yaml:1:10: error NUMA105: reclaim is '5'; expected none, or a mapping with hot and dirty")]
    [InlineData("reclaim: {hot: 10}",
        "s.yaml:1:16: error NUMA106: hot: '10' is no share; expected 0% to 100%, for example 10%")]
    [InlineData("reclaim: {dirty: 101%}",
        "s.yaml:1:18: error NUMA106: dirty: '101%' is no share; expected 0% to 100%, for example 10%")]
    [InlineData("reclaim: {hott: 1%}",
        "s.yaml:1:11: error NUMA102: unknown key 'hott' in reclaim; did you mean 'hot'?")]
    public void What_is_wrong_on_top_is_told_at_its_place(string line, string expected) =>
        Assert.Equal([expected], ScenarioTexts.Problems($"{line}\n{ScenarioTexts.Scenario}"));

    [Theory]
    [InlineData("kind: fill, cpus: 0, pages: 5, lru: fil",
        "s.yaml:2:53: error NUMA108: lru: 'fil' is unknown; did you mean 'file'?")]
    [InlineData("kind: fill, cpus: 0, pages: 4, order: 1, lru: file", "s.yaml:2:63: error NUMA115: lru: file goes with"
        + " order 0 only, not 1; larger blocks are on no list here")]
    [InlineData("kind: storm, cpus: 0, operations: 9, lru: file", "s.yaml:2:59: error NUMA115: lru: file goes with"
        + " workingSet: unlimited only: pages of a file are not freed by their reader")]
    [InlineData("kind: toggle, cpus: 0, operations: 9, lru: file", "s.yaml:2:55: error NUMA102: unknown key 'lru' in"
        + " workload 'a'; lru is a key of fill and storm, not of toggle, which has slots, mix and operations")]
    public void A_list_that_does_not_fit_is_refused(string keys, string expected) =>
        Assert.Equal([expected], ScenarioTexts.Problems(Text(keys)));

    private static Workload Workload(string keys) => ScenarioTexts.Parse(Text(keys)).Workloads[0];

    private static string Text(string keys) => $"machine: pair.yaml\nworkloads: {{a: {{{keys}}}}}";
}
