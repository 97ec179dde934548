using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Verification;

namespace Numa.Workloads.Replay;

/// <summary>Refuses lists that no kernel of the machine can have held: a dump may be cut off, or be another
/// machine's.</summary>
internal static class DumpCheck
{
    /// <summary>So many problems are told of one dump.</summary>
    private const int Most = 20;

    /// <exception cref="InputException">The dump lacks a zone, or a block has no place.</exception>
    public static void Require(AllocatorDump dump, MachineImage machine, string file)
    {
        var problems = new List<Problem>();
        if (dump.Zones.IsEmpty) Refuse("holds no zone");
        foreach (var zone in machine.Zones.Where(zone => zone.Managed.Value > 0 && !dump.Zones.IsEmpty))
        {
            if (dump.Zones.All(line => line.Zone != zone.Id)) Refuse($"lacks zone {zone.Id}, which the machine has");
        }

        var types = MigratetypeNumbers.Of(machine.Release).Select(type => type.Name).ToHashSet();
        var seen = new HashSet<long>();
        foreach (var list in dump.FreeLists)
        {
            if (!types.Contains(list.Migratetype)) Refuse($"'{list.Migratetype}' is no migratetype of the kernel");
            foreach (var frame in list.Frames) Place(list.Zone, frame, list.Order);
        }

        foreach (var list in dump.PagesetLists)
        {
            if (list.Cpu >= machine.Cpus.CpuCount) Refuse($"CPU {list.Cpu} has pages, and the machine has no such CPU");
            if (!DumpedMachine.TryKey(machine.Release, list.Index, out var key))
            {
                Refuse($"'{list.Index}' is no list of a pageset");
                continue;
            }

            foreach (var frame in list.Frames) Place(list.Zone, frame, key.Order);
        }

        if (problems.Count > 0) throw new InputException(problems);

        void Place(ZoneId id, long frame, int order)
        {
            var zone = machine.Zones.FirstOrDefault(known => known.Id == id);
            if (zone is null || frame < zone.Start.Value || frame + (1L << order) > zone.End.Value)
                Refuse($"block {frame:x} of order {order} is not in zone {id}");
            else if ((frame & ((1L << order) - 1)) != 0)
                Refuse($"block {frame:x} is not aligned to its order {order}");
            else if (!seen.Add(frame))
                Refuse($"block {frame:x} is on two lists, or twice on one");
        }

        void Refuse(string what)
        {
            if (problems.Count < Most)
                problems.Add(new(new(file, 0, 0), ProblemCodes.Dump, FormattableString.Invariant($"{what}")));
        }
    }
}
