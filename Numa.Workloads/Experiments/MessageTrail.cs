using System.Collections.Immutable;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;

namespace Numa.Workloads.Experiments;

/// <summary>A message that an actor heard.</summary>
/// <param name="Nanoseconds">Its stamp, in virtual time.</param>
public sealed record TrailMessage(long Nanoseconds, string Text);

/// <summary>The last messages of one actor, oldest first.</summary>
/// <param name="Actor">As its path says: <c>node-0/zone-Normal</c>, <c>cpu-3</c>.</param>
public sealed record ActorTrail(string Actor, ImmutableArray<TrailMessage> Messages);

/// <summary>Keeps the last messages that each CPU and zone of a run heard.</summary>
internal sealed class MessageTrail
{
    private const int Kept = 10;

    /// <summary>CPUs that are told of beside a zone: those that were there last.</summary>
    private const int CpusTold = 3;

    private readonly RoundLoop _loop;
    private readonly Queue<Heard>[] _cpus;
    private readonly Queue<Heard>[] _zones;
    private int _lastZone = -1;

    /// <summary>What was heard, kept short: a text is made of the few that are told.</summary>
    private readonly record struct Heard(
        VirtualInstant At, ZoneVisitKind Visit, int Cpu, int Zone, bool Served, int Blocks, int Order, long First,
        long Wait, long Hold, Signal? Signal);

    public MessageTrail(RoundLoop loop)
    {
        _loop = loop;
        _cpus = [.. loop.Cpus.Select(_ => new Queue<Heard>(Kept))];
        _zones = [.. loop.Zones.Select(_ => new Queue<Heard>(Kept))];
        foreach (var zone in loop.Zones)
        {
            zone.Asked += visit =>
            {
                _lastZone = visit.Zone;
                Keep(_zones[visit.Zone], Of(visit, visit.Arrival, isReply: false));
            };
        }

        foreach (var cpu in loop.Cpus)
        {
            var own = _cpus[cpu.Id];
            cpu.Visited += visit => Keep(own, Of(visit, visit.Stamp, isReply: true));
            cpu.Signalled += signal => Keep(own, new() { At = signal.At, Signal = signal });
        }
    }

    /// <summary>The zone's last messages, and those of the CPUs that came to it last.</summary>
    /// <param name="zone">Slot; null for the zone that was asked last.</param>
    public ImmutableArray<ActorTrail> Around(int? zone)
    {
        var slot = zone ?? _lastZone;
        if (slot < 0) return [.. _loop.Cpus.Take(CpusTold).Select(cpu => OfCpu(cpu.Id))];
        var cpus = _zones[slot].Reverse().Select(heard => heard.Cpu).Distinct().Take(CpusTold);
        return [OfZone(slot), .. cpus.Select(OfCpu)];
    }

    private static Heard Of(ZoneVisit visit, VirtualInstant at, bool isReply)
    {
        if (visit.IsForLru)
        {
            return new(at, visit.Kind, visit.Cpu, visit.Zone, true, visit.Pages.Count, 0, -1, visit.Wait, visit.Hold,
                null);
        }

        var gives = visit.Kind is ZoneVisitKind.Drain or ZoneVisitKind.DirectFree;
        var takes = visit.Kind is ZoneVisitKind.Refill or ZoneVisitKind.Direct;
        var blocks = gives ? visit.Drained.Count : !takes ? 0 : isReply ? visit.Taken : visit.Count;
        var first = blocks == 0 ? -1 : gives ? visit.Drained[0].Frame : isReply ? visit.Frames[0] : -1;
        return new(at, visit.Kind, visit.Cpu, visit.Zone, !isReply || visit.Served, blocks,
            gives && blocks > 0 ? visit.Drained[0].Order : visit.Order, first, visit.Wait, visit.Hold, null);
    }

    private static void Keep(Queue<Heard> messages, in Heard heard)
    {
        if (messages.Count == Kept) messages.Dequeue();
        messages.Enqueue(heard);
    }

    private ActorTrail OfZone(int slot)
    {
        var id = _loop.Zones[slot].Zone.Id;
        return new($"node-{id.Node}/zone-{id.Kind}",
            [.. _zones[slot].Select(heard => new TrailMessage(heard.At.Nanoseconds,
                $"{heard.Visit} of cpu-{heard.Cpu}{Blocks(heard)}"))]);
    }

    private ActorTrail OfCpu(int cpu) => new($"cpu-{cpu}",
        [.. _cpus[cpu].Select(heard => new TrailMessage(heard.At.Nanoseconds,
            heard.Signal is { } signal ? Text(signal) : Reply(heard)))]);

    private string Reply(in Heard heard) =>
        $"{heard.Visit} back from {_loop.Zones[heard.Zone].Zone.Id}"
        + (heard.Served ? $"{Blocks(heard)}; waited {heard.Wait} ns, held {heard.Hold} ns" : ": refused");

    private static string Blocks(in Heard heard) => heard.Blocks == 0 ? ""
        : $": {heard.Blocks} of order {heard.Order}" + (heard.First < 0 ? "" : $", first 0x{heard.First:x}");

    private static string Text(Signal signal) => $"{signal.Kind}"
        + (signal.Sender < 0 ? "" : $" from cpu-{signal.Sender}")
        + (signal.Kind == SignalKind.WakeKswapd ? "" : $" for task {signal.Task}")
        + (signal.Blocks is { Length: > 0 } blocks ? $": {blocks.Length} blocks" : "");
}
