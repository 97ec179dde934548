using System.Reflection;
using Numa.Core.Time;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Tests.Workloads.Experiments;

public class CostOverridesTests
{
    /// <summary>Constants of the model: numbers that can be set.</summary>
    private static IEnumerable<PropertyInfo> Constants => typeof(CostModel).GetProperties()
        .Where(property => property.CanWrite
            && (property.PropertyType == typeof(long) || property.PropertyType == typeof(int)));

    [Fact]
    public void Every_constant_has_a_key_and_its_row_in_the_document()
    {
        Assert.Equal(Constants.Select(Key).Order(StringComparer.Ordinal), CostKeys.Table.Names);
        var document = Document();
        Assert.All(Constants, constant => Assert.Contains(FormattableString.Invariant(
            $"| `{Key(constant)}` | {constant.GetValue(CostModel.Default)} "), document, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_replaces_its_constant_and_no_other()
    {
        Assert.All(Constants, constant =>
        {
            var costs = Apply($"{Key(constant)}: 7");
            Assert.All(Constants, other => Assert.Equal(
                other == constant ? 7 : Convert.ToInt64(other.GetValue(CostModel.Default)),
                Convert.ToInt64(other.GetValue(costs))));
        });
    }

    [Theory]
    [InlineData("way: 0", "s.yaml:1:14: error NUMA107: way is 0; expected 1 to 1000000000")]
    [InlineData("refusal: 0", "s.yaml:1:18: error NUMA107: refusal is 0; expected 1 to 1000000000")]
    [InlineData("holdBase: 0", "s.yaml:1:19: error NUMA107: holdBase is 0; expected 1 to 1000000000")]
    [InlineData("lruHoldBase: 0", "s.yaml:1:22: error NUMA107: lruHoldBase is 0; expected 1 to 1000000000")]
    [InlineData("signalLatency: 0", "s.yaml:1:24: error NUMA107: signalLatency is 0; expected 1 to 1000000000")]
    [InlineData("slice: 0", "s.yaml:1:16: error NUMA107: slice is 0; expected 1 to 1000000000")]
    [InlineData("zeroPerPag: 0", "s.yaml:1:9: error NUMA102: unknown key 'zeroPerPag' in costs; did you mean 'zeroPerPage'?")]
    [InlineData("way: 0, slice: 0", "s.yaml:1:14: error NUMA107: way is 0; expected 1 to 1000000000",
        "s.yaml:1:24: error NUMA107: slice is 0; expected 1 to 1000000000")]
    public void What_no_event_could_be_ordered_by_is_refused_at_its_place(string costs, params string[] expected) =>
        Assert.Equal(expected.Order(), ScenarioTexts.Problems($"costs: {{{costs}}}\n{ScenarioTexts.Scenario}").Order());

    [Theory]
    [InlineData("pagesetHit")]
    [InlineData("holdPerPage")]
    [InlineData("handOver")]
    [InlineData("zeroPerPage")]
    public void What_orders_no_events_may_cost_nothing(string key) => Apply($"{key}: 0").CheckBounds();

    // What a workload thinks by default is what the document says.
    [Theory]
    [InlineData("fill", "pages: 1")]
    [InlineData("storm", "operations: 1")]
    [InlineData("device", "count: 1")]
    [InlineData("producer-consumer", "consumers: 1, batches: 1")]
    [InlineData("toggle", "operations: 1")]
    public void Every_workload_says_what_it_thinks_and_whether_its_pages_are_zeroed(string kind, string keys)
    {
        var basis = Workload($"kind: {kind}, cpus: 0, {keys}");
        Assert.Contains(FormattableString.Invariant(
            $"| `{kind}` | {basis.Think.Nanoseconds} | {(basis.Request.IsZeroed ? "yes" : "no")} |"), Document(),
            StringComparison.Ordinal);
        var own = Workload($"kind: {kind}, cpus: 0, {keys}, think: 3us, gfp: GFP_USER|__GFP_ZERO");
        Assert.Equal((3000, true), (own.Think.Nanoseconds, own.Request.IsZeroed));
    }

    // User memory is zeroed for a fault; what the kernel takes for itself is not.
    [Theory]
    [InlineData("GFP_HIGHUSER", true)]
    [InlineData("GFP_TRANSHUGE", true)]
    [InlineData("GFP_KERNEL", false)]
    [InlineData("GFP_KERNEL|__GFP_ZERO", true)]
    [InlineData("GFP_DMA32", false)]
    public void A_fill_of_kernel_memory_is_no_fault(string gfp, bool expected) =>
        Assert.Equal(expected, Workload($"kind: fill, cpus: 0, pages: 1, gfp: {gfp}").Request.IsZeroed);

    private static Numa.Workloads.Scenarios.WorkloadBasis Workload(string keys) =>
        ScenarioTexts.Parse($"machine: pair.yaml\nworkloads: {{a: {{{keys}}}}}").Workloads[0].Basis;

    private static CostModel Apply(string costs) => CostOverrides.Apply(
        CostModel.Default, ScenarioTexts.Parse($"costs: {{{costs}}}\n{ScenarioTexts.Scenario}").Costs);

    private static string Key(PropertyInfo constant) => char.ToLowerInvariant(constant.Name[0]) + constant.Name[1..];

    private static string Document() =>
        File.ReadAllText(Path.Combine(ScenarioTexts.Configs, "..", "docs", "cost-model.md"));
}
