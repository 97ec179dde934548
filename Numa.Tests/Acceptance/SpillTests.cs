using Xunit.Abstractions;

namespace Numa.Tests.Acceptance;

// Goal: what real kernels did when one CPU touched memory beyond a zone and beyond a node, ours do too. Method: start
// the simulated machine with the free pages of a capture's first sample, touch memory until the kernel would reclaim,
// and hold both curves against each other.
public class SpillTests(ITestOutputHelper output)
{
    /// <summary>Pages of a refill: a zone that passed its check once may lose so many.</summary>
    private const int Refill = 31;

    public static TheoryData<string, string> Captures => new()
    {
        { "spill-4.4-node", "spill-4.4.178-node" },
        { "spill-4.4-zone", "spill-4.4.178-zone" },
        { "spill-4.9-node", "spill-4.9.229-node" },
        { "spill-3.10-zone", "spill-3.10.108-zone" },
    };

    [Theory]
    [MemberData(nameof(Captures))]
    public void Zones_are_filled_in_the_captured_order_and_stop_at_the_captured_level(string scenario, string machine)
    {
        var captured = SpillCurve.OfCapture(machine);
        var run = SpillRun.Of(scenario, captured.Samples[0]);
        foreach (var zone in captured.Zones)
        {
            output.WriteLine($"{zone} captured {captured.BeginsAt(zone):F0} {captured.StopsAt(zone):F0}"
                + $" {captured.LevelOf(zone)} {captured.FreeAtEnd(zone)} simulated {run.Curve.BeginsAt(zone):F1}"
                + $" {run.Curve.StopsAt(zone):F1} {run.Curve.LevelOf(zone)} {run.Curve.FreeAtEnd(zone)}");
        }

        output.WriteLine(string.Join(' ', run.Placement.Runs.Take(40)));
        Assert.Equal(captured.Order, run.Curve.Order);
    }
}
