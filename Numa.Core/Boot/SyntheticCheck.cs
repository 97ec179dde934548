using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Firmware;

namespace Numa.Core.Boot;

/// <summary>What no machine can look like.</summary>
internal static class SyntheticCheck
{
    public static IReadOnlyList<Problem> FindProblems(SyntheticMachine machine)
    {
        var problems = new List<Problem>();
        void Add(string code, string message) => problems.Add(new(new(machine.Name, 0, 0), code, message));

        if (machine.Nodes.Length is 0 or > NodeId.MaxCount)
            Add("NUMA213", $"the machine has {machine.Nodes.Length} nodes, expected 1 to {NodeId.MaxCount}");
        if (machine.Distances.NodeCount < machine.Nodes.Length)
            Add("NUMA214", $"distances for {machine.Distances.NodeCount} nodes, expected {machine.Nodes.Length}");

        var most = machine.Release.Architecture.MaxFrames << PageFrameNumber.PageShift;
        if (machine.MemoryMap.IsEmpty) FindMemoryProblems(machine, most, Add);
        else if (machine.MemoryMap.Any(entry => entry.IsMemory && entry.End > (ulong)most))
            Add("NUMA217", $"the memory map goes beyond the {new ByteSize(most)} of {machine.Release.Architecture}");

        // The numbers are the index of every table of CPUs, so they must be 0, 1, 2, ... with none left out.
        var cpus = machine.Nodes.SelectMany(node => node.Cpus).OrderBy(cpu => cpu).ToList();
        if (cpus.Count == 0) Add("NUMA218", "no node has a CPU");
        for (var i = 0; i < cpus.Count; i++)
        {
            if (cpus[i].Value == i) continue;
            Add("NUMA218", $"found CPU {cpus[i]}, expected CPU {i}: CPUs are numbered from 0, each on one node");
            break;
        }

        return problems;
    }

    /// <summary>Sizes that a memory map can be made of. A map that is given says itself what there is.</summary>
    private static void FindMemoryProblems(SyntheticMachine machine, long most, Action<string, string> add)
    {
        var total = 0L;
        for (var i = 0; i < machine.Nodes.Length; i++)
        {
            var bytes = machine.Nodes[i].Memory.Bytes;
            if (bytes < 0 || bytes > most || bytes % (1L << PageFrameNumber.PageShift) != 0)
                add("NUMA215", $"node {i} has {bytes} bytes, expected whole pages up to {new ByteSize(most)}");
            else total += bytes;
        }

        var (end, holes) = (0ul, 0ul);
        foreach (var hole in machine.Holes)
        {
            if (hole.Start >= hole.End || hole.Start < end || hole.End > (ulong)most)
            {
                add("NUMA216", $"hole [0x{hole.Start:x}, 0x{hole.End:x}) is not above the last and below "
                    + $"{new ByteSize(most)}");
            }
            else
            {
                holes += hole.End - hole.Start;
            }

            end = Math.Max(end, hole.End);
        }

        if (total == 0) add("NUMA217", "no node has memory");
        if (total > most || (ulong)total + holes > (ulong)most)
            add("NUMA217", $"memory and holes exceed {new ByteSize(most)}");
    }
}
