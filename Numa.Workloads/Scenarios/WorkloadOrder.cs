using System.Collections.Immutable;
using Numa.Core.Text;

namespace Numa.Workloads.Scenarios;

/// <summary>Holds the <c>after</c> of workloads against each other: known names, no circle.</summary>
internal static class WorkloadOrder
{
    internal static void Check(ImmutableArray<Workload> workloads, ProblemList problems)
    {
        var names = workloads.Select(workload => workload.Name).ToHashSet(StringComparer.Ordinal);
        var waiting = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var workload in workloads)
        {
            waiting[workload.Name] = [];
            foreach (var after in workload.Basis.After)
            {
                if (names.Contains(after.Value)) waiting[workload.Name].Add(after.Value);
                else
                {
                    problems.Add(after.At, ProblemCodes.Order, $"workload '{workload.Name}' starts after"
                        + $" '{YamlScalar.Short(after.Value)}', which is none{NearestName.Hint(after.Value, names)}");
                }
            }
        }

        // Take away whoever waits for nobody left, until none is: the rest waits in a circle.
        while (waiting.Where(pair => pair.Value.Count == 0).Select(pair => pair.Key).ToList() is { Count: > 0 } ready)
        {
            foreach (var name in ready) waiting.Remove(name);
            foreach (var left in waiting.Values) left.ExceptWith(ready);
        }

        var stuck = workloads.Where(workload => waiting.ContainsKey(workload.Name)).ToList();
        if (stuck.Count > 0)
        {
            problems.Add(stuck[0].Basis.After[0].At, ProblemCodes.Order, "these workloads wait for each other: "
                + string.Join(", ", stuck.Take(10).Select(workload => workload.Name)));
        }
    }
}
