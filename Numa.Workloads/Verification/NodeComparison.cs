using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Text;

namespace Numa.Workloads.Verification;

/// <summary>Holds the CPUs and distances that sysfs lists against those that the zonelists were built from.</summary>
internal static class NodeComparison
{
    private const string File = "nodes.txt";

    /// <exception cref="InputException">The file is there and cannot be read.</exception>
    public static void Compare(Tally tally, CaptureFolder folder, MachineImage image)
    {
        if (!folder.TryRead(File, out var text)) return;
        var listing = NodeListing.Read(Path.Combine(folder.Path, File), text, out var problems);
        if (!problems.IsEmpty) throw new InputException(problems);
        foreach (var (node, cpus) in listing.Cpus)
        {
            var ours = image.Cpus.Listed.TryGetValue(node, out var listed) ? listed : [.. image.Cpus.CpusOf(node)];
            tally.Same($"{File} node {node} CPUs", CpuListText.Format(cpus), CpuListText.Format(ours),
                () => "CPUs go to the nodes that the SRAT or the kernel's own lines name, others to nodes in turn");
        }

        foreach (var (node, row) in listing.Distances)
        {
            var ours = node.Value < image.Distances.NodeCount
                ? image.Nodes.Select(other => image.Distances[node, other])
                : [];
            tally.Same($"{File} node {node} distances", string.Join(' ', row), string.Join(' ', ours),
                () => "the SLIT; without one 10 and 20; fake nodes are as far apart as their real ones");
        }
    }
}
