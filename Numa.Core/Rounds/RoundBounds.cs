using Numa.Core.Nodes;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>Least latencies, over all paths of the cost model, that the rounds rest on.</summary>
/// <param name="AcrossWay">wx: least way between a CPU and a zone of different groups.</param>
/// <param name="Answer">d: least time from a visit's arrival to the arrival of a visit that its reply causes.</param>
/// <param name="Signal">L: least latency of a signal to another CPU, and the grid of the board.</param>
/// <param name="CalmAfter">Until the last event of the machine no group counts as calm; never, where what becomes of
/// it is not known beforehand.</param>
public sealed record RoundBounds(
    VirtualDuration AcrossWay, VirtualDuration Answer, VirtualDuration Signal, VirtualInstant CalmAfter)
{
    /// <exception cref="Diagnostics.InvariantBreachException">A latency is below one tick.</exception>
    public static RoundBounds Of(SimulationPlan plan)
    {
        var costs = plan.Costs;
        costs.CheckBounds();
        var way = costs.WayAt(NodeDistances.Local);
        return new(new(way), new(costs.LeastService + 2 * way), new(costs.SignalLatency),
            plan.Operator is not null ? VirtualInstant.Never
            : plan.Events.IsEmpty ? VirtualInstant.BeforeAll : plan.Events[^1].At);
    }
}
