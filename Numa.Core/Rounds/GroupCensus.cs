using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>Counts the pages of each zone that a group has after a turn, and those in the messages that it
/// sent.</summary>
/// <remarks>Stands between the group and its mail, as messages are their receiver's once they are sent. Part of the
/// group's report: read between two turns only.</remarks>
public sealed class GroupCensus(IGroupMail mail, int zones) : IGroupMail
{
    private readonly long[] _ended = new long[zones];
    private readonly List<(int Group, long[] Pages)> _sent = [];

    /// <summary>Pages that the group's members have. Shape: index = slot of the zone.</summary>
    public long[] Held { get; } = new long[zones];

    /// <summary>Pages in messages that the turn sent, for each message. Shape: index = slot of the zone.</summary>
    public IReadOnlyList<(int Group, long[] Pages)> Sent => _sent;

    public void BeginTurn() => _sent.Clear();

    /// <param name="asked">Visits that wait for the group's zones.</param>
    public void Count(
        IEnumerable<CpuProcess> cpus, IEnumerable<ZoneProcess> members, IEnumerable<ZoneVisit> asked)
    {
        // What exited tasks kept is nobody's of the group, and stays as it is.
        _ended.CopyTo(Held, 0);
        foreach (var cpu in cpus) cpu.CountPages(Held);
        foreach (var zone in members)
        {
            Held[zone.Slot] += zone.Zone.FreePages + zone.Zone.IsolatedPages - zone.Gained;
            foreach (var block in zone.Occupied) Held[zone.Slot] += block.Pages;
            zone.Lru?.CountPages(Held);
        }

        foreach (var visit in asked) visit.CountAskedPages(Held);
    }

    public void ToZone(int group, ZoneVisit visit)
    {
        visit.CountAskedPages(Message(group));
        mail.ToZone(group, visit);
    }

    public void ToCpu(int group, ZoneVisit reply)
    {
        reply.CountRepliedPages(Message(group));
        mail.ToCpu(group, reply);
    }

    public void ToCpu(int group, Signal signal)
    {
        signal.CountPages(Message(group));
        mail.ToCpu(group, signal);
    }

    public void Ended(SimulatedTask task, TaskEnd end, VirtualInstant at)
    {
        foreach (var block in task.KeptBlocks()) _ended[block.Zone] += block.Pages;
        mail.Ended(task, end, at);
    }

    public void Crossed(WatermarkCrossing crossing) => mail.Crossed(crossing);

    private long[] Message(int group)
    {
        var pages = new long[zones];
        _sent.Add((group, pages));
        return pages;
    }
}
