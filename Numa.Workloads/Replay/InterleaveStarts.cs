using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Boot;
using Numa.Core.Text;

namespace Numa.Workloads.Replay;

/// <summary>Where tasks begin to interleave a mapping, inferred from the first pages that they got.</summary>
/// <remarks>The place in the mapping follows from addresses, which no event shows. One number per task is inferred from
/// answers: from the first page, by weight from the pages up to the first change of nodes. Those pages are then no
/// evidence, and a note says so.</remarks>
/// <param name="seen">The machine that was traced.</param>
internal sealed class InterleaveStarts(IReadOnlyDictionary<int, TaskPolicy> policies, MachineImage seen)
{
    private readonly Dictionary<int, Run> _runs = [];

    /// <summary>Lines of the trace from which something was inferred.</summary>
    public HashSet<int> Lines { get; } = [];

    /// <summary>Hears of the next event of the trace.</summary>
    public void Add(in TraceEvent next)
    {
        if (next.Kind != TraceEventKind.Allocated || !policies.TryGetValue(next.Task, out var given)) return;
        if (given.Start is not null || !given.Policy.Interleaves) return;
        if (!_runs.TryGetValue(next.Task, out var run)) _runs[next.Task] = run = new();
        if (run.Asked++ < given.After || next.IsInterrupt || run.IsOver || next.Frame.Value == 0) return;
        if (next.Order >= Order.Count || TracedGfpText.Parse(next.Text, out _) is not { } gfp) return;
        var request = new AllocationRequest(gfp, new(next.Order));
        if (request.ThisNodeOnly || !TaskPolicies.IsOfMapping(request)) return;
        var node = NodeOf(next.Frame.Value);
        if (run.Pages == 0 && node is { } first && given.Policy.Nodes.Contains(first))
            (run.Node, run.Order) = (node, request.Order);
        run.IsOver = run.Node is null || node != run.Node || request.Order != run.Order;
        if (run.IsOver) return;
        Lines.Add(next.Line);
        run.IsOver = ++run.Pages == given.Policy.WeightOf(run.Node!.Value);
    }

    /// <summary>The policies with all that was inferred.</summary>
    public Dictionary<int, TaskPolicy> Told()
    {
        var told = policies.ToDictionary();
        foreach (var (task, run) in _runs)
        {
            if (run.Node is not { } node) continue;
            var policy = policies[task].Policy;
            var place = TaskPolicy.PlaceOf(policy, node) + policy.WeightOf(node) - run.Pages;
            told[task] = policies[task] with { Start = place << run.Order.Value };
        }

        return told;
    }

    /// <summary>What was inferred, for people.</summary>
    public IEnumerable<string> Notes() => _runs.Where(run => run.Value.Pages > 0).OrderBy(run => run.Key).Select(run =>
        $"interleaving of task {run.Key} begins at node {run.Value.Node}: inferred from its first "
        + (run.Value.Pages == 1 ? "page, which is no evidence"
            : $"{run.Value.Pages} pages, which are no evidence"));

    private NodeId? NodeOf(long frame)
    {
        foreach (var zone in seen.Zones)
        {
            if (frame >= zone.Start.Value && frame < zone.End.Value) return zone.Id.Node;
        }

        return null;
    }

    private sealed class Run
    {
        public int Asked { get; set; }
        public NodeId? Node { get; set; }
        public Order Order { get; set; }
        public int Pages { get; set; }
        public bool IsOver { get; set; }
    }
}
