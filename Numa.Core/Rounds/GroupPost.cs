using Numa.Core.Allocation;
using Numa.Core.Processes;
using Numa.Core.Time;

namespace Numa.Core.Rounds;

/// <summary>A task that is done.</summary>
public readonly record struct EndedTask(SimulatedTask Task, TaskEnd End, VirtualInstant At);

/// <summary>What one group sends, kept until its turn is over, and what waits for its next turn.</summary>
/// <remarks>Owned by whoever plays the group's turn; between two turns by whoever keeps the rounds.</remarks>
public sealed class GroupPost : IGroupMail
{
    private readonly List<Item>[] _sent;
    private readonly List<Item> _received = [];

    public GroupPost(int groups) => _sent = [.. Enumerable.Range(0, groups).Select(_ => new List<Item>())];

    /// <summary>Tasks of the group's CPUs that are done, in the order in which they ended.</summary>
    public List<EndedTask> Ended { get; } = [];

    public List<WatermarkCrossing> Crossings { get; } = [];

    void IGroupMail.ToZone(int group, ZoneVisit visit) => _sent[group].Add(new(visit, false));

    void IGroupMail.ToCpu(int group, ZoneVisit reply) => _sent[group].Add(new(reply, true));

    void IGroupMail.ToCpu(int group, Signal signal) => _sent[group].Add(new(signal, false));

    void IGroupMail.Ended(SimulatedTask task, TaskEnd end, VirtualInstant at) => Ended.Add(new(task, end, at));

    void IGroupMail.Crossed(WatermarkCrossing crossing) => Crossings.Add(crossing);

    /// <summary>Gives the group all that has come for it.</summary>
    internal void DeliverTo(Group group)
    {
        foreach (var (message, isReply) in _received)
        {
            if (message is ZoneVisit visit) group.Deliver(visit, isReply);
            else group.Deliver((Signal)message);
        }

        _received.Clear();
    }

    /// <summary>Takes over what this group's turn sent to another one.</summary>
    internal void PassTo(int group, GroupPost post)
    {
        post._received.AddRange(_sent[group]);
        _sent[group].Clear();
    }

    private readonly record struct Item(object Message, bool IsReply);
}
