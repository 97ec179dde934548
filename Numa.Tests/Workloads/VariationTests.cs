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
    [InlineData("1..64:y2", "'1..64:y2': step 'y2' neither adds nor multiplies; expected :+N or :xN")]
    [InlineData("1..64:", "'1..64:': step '' neither adds nor multiplies; expected :+N or :xN")]
    [InlineData("1..64:+", "'1..64:+': step '+' has no number that can be used; expected a width such as :+1")]
    [InlineData("1..64:x1", "'1..64:x1': step 'x1' never reaches the end; expected a factor above 1")]
    [InlineData("1..64:+0", "'1..64:+0': step '+0' never reaches the end; expected a width above 0")]
    [InlineData("1..64:+1GiB", "'1..64:+1GiB': step '+1GiB' is a size; expected a number without unit")]
    [InlineData("1GiB..8GiB:+1ms",
        "'1GiB..8GiB:+1ms': step '+1ms' is a duration; expected a size, or a number without unit")]
    [InlineData("64..1", "'64..1' runs backwards, as 64 is more than 1; expected 1..64")]
    [InlineData("0..8:x2", "'0..8:x2' multiplies and does not begin above 0, so that it never reaches the end; "
        + "expected another beginning, or a step that adds (:+N)")]
    [InlineData("1GiB..20ms",
        "'1GiB..20ms' begins with a size and ends with a duration; expected units of one kind")]
    [InlineData("1..2..3", "'1..2..3' has 3 ends; expected from..to, for example 1..64:x2 or 1GiB..16GiB:+1GiB")]
    [InlineData("1GiB..", "'1GiB..' has no end; expected from..to, for example 1..64:x2 or 1GiB..16GiB:+1GiB")]
    [InlineData("1..4GB", "'1..4GB': 4GB is no number; expected digits, alone or with one of KiB, MiB, GiB, TiB, ns, "
        + "us, ms, s, %")]
    [InlineData("1..100000", "'1..100000' has more than 10000 values; expected a wider step, for example 1..64:x2 or "
        + "1GiB..16GiB:+1GiB")]
    [InlineData("1TiB..9999999999999999999999TiB:x2",
        "'1TiB..9999999999999999999999TiB:x2': 9999999999999999999999TiB is too large for a range")]
    [InlineData("1", "one value, '1'; expected two or more different values separated by commas, or a range, for "
        + "example --vary zonelistOrder=node,zone or 1..64:x2")]
    [InlineData("1,,2", "a value between commas is empty; expected one, or a comma less")]
    [InlineData("1..3,2,3", "values that stand more than once: 2, 3; expected each once")]
    public void A_wrong_range_says_what_is_wrong_with_it(string values, string expected) =>
        Assert.Equal($"--vary x={values}: error NUMA113: {expected}",
            Assert.Throws<InputException>(() => Variation.Parse("--vary", "x=" + values)).Message);

    [Fact]
    public void All_that_is_wrong_with_a_list_is_said_at_once()
    {
        var variation = Variation.Read("--vary", "x=9..1:y,a..2,,4,4,1..2");
        Assert.Equal(5, variation.Problems.Length);
        Assert.Equal<string>(["4", "1", "2"], variation.Values);
    }

    // A step beyond what a number holds must not be made, let alone overflow.
    [Fact]
    public void A_factor_may_be_larger_than_the_range() =>
        Assert.Equal<string>(["900000000000000000", "default"],
            Variation.Parse("--vary", "x=900000000000000000..900000000000000001:x900000000000000000,default").Values);

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
