using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

public class VariationTests
{
    [Theory]
    [InlineData("x=a,b", "a|b")]
    [InlineData("x={bind: [0,1]},local", "{bind: [0,1]}|local")]
    [InlineData("x='1,2',\"3,4\"", "'1,2'|\"3,4\"")]
    [InlineData("x=[0,1],[2]", "[0,1]|[2]")]
    [InlineData("x=1..64:x2", "1|2|4|8|16|32|64")]
    [InlineData("x=0..3", "0|1|2|3")]
    [InlineData("x=1GiB..4GiB:+1GiB", "1GiB|2GiB|3GiB|4GiB")]
    [InlineData("x=512MiB..2GiB:+512MiB", "512MiB|1GiB|1536MiB|2GiB")]
    [InlineData("x=1GiB..4GiB:x2,default", "1GiB|2GiB|4GiB|default")]
    [InlineData("x=10ms..20ms:+5", "10ms|15ms|20ms")]
    [InlineData("x=0%..20%:+10%", "0%|10%|20%")]
    [InlineData("machine=../a.yaml,../b.yaml", "../a.yaml|../b.yaml")]
    public void Values_are_parted_at_commas_outside_brackets_and_ranges_written_out(string text, string values) =>
        Assert.Equal(values, string.Join('|', Variation.Parse("--vary", text).Values));

    [Theory]
    [InlineData("x=1..64:y2")]
    [InlineData("x=64..1")]
    [InlineData("x=1..64:x1")]
    [InlineData("x=1..64:+0")]
    [InlineData("x=0..8:x2")]
    [InlineData("x=1GiB..20ms")]
    [InlineData("x=1..2..3")]
    [InlineData("x=1..100000")]
    public void A_wrong_range_is_a_problem(string text) =>
        Assert.Throws<InputException>(() => Variation.Parse("--vary", text));

    [Fact]
    public void Default_leaves_a_setting_but_is_an_order_of_its_own()
    {
        Assert.Equal([null, new("--vary", "vm.min_free_kbytes", "1GiB")],
            Variation.Parse("--vary", "vm.min_free_kbytes=default,1GiB").Settings);
        Assert.Equal(["default", "node"],
            Variation.Parse("--vary", "zonelistOrder=default,node").Settings.Select(setting => setting!.Value));
    }

    [Fact]
    public void A_size_stands_for_its_kibibytes_in_min_free_kbytes()
    {
        var scenario = ScenarioTexts.Parse(ScenarioTexts.Scenario, "vm.min_free_kbytes=1GiB");
        var machine = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        Assert.Equal(1 << 20, machine.Image.MinFreeKbytes);
    }

    [Fact]
    public void A_scenario_may_vary_one_setting_or_several()
    {
        const string one = "\ncompare: {vary: \"kernel=4.4,4.9\"}";
        const string two = "\ncompare: {vary: [\"kernel=4.4,4.9\", \"seed=1..3\"]}";
        Assert.Equal(["kernel"], Paths(one));
        Assert.Equal(["kernel", "seed"], Paths(two));
        Assert.Contains("NUMA113",
            Assert.Single(ScenarioTexts.Problems(ScenarioTexts.Scenario + "\ncompare: {vary: [\"kernel=4.4\"]}")));

        static IEnumerable<string> Paths(string end) =>
            ScenarioTexts.Parse(ScenarioTexts.Scenario + end).Compare.Select(variation => variation.Path);
    }
}
