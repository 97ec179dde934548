using System.Runtime.CompilerServices;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <remarks>A CPU's side of each zone is made when it first looks there; what it sees of it is the newer of its own
/// last reply and the board.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>Where a running kernel was taken over, its pagesets are there before a walk comes to their
    /// zones.</summary>
    private void TakePagesets()
    {
        _pagesetsTaken = true;
        for (var slot = 0; slot < _zones.Length; slot++)
        {
            if (_machine.Zones[slot].State is not null) Zone(slot);
        }
    }

    private CpuZone Zone(int slot) => _zones[slot] ?? MakeZone(slot);

    private CpuZone MakeZone(int slot)
    {
        var image = _machine.Zones[slot];
        var distance = _machine.Image.Distances[Node, image.Id.Node];
        var made = new CpuZone(slot, image.Id, image.Tuning, MakePageset(image, _tags[slot]), _tags[slot],
            _costs.WayAt(distance), _costs.ZeroPerPageAt(distance));
        if (image.State is { } state)
        {
            made.FreeDelta = state.FreeDeltaOf(Id, image.Tuning.StatThreshold);
            made.FairDelta = state.Pagesets[Id].FairDelta;
            made.Expire = state.Pagesets[Id].Expire;
        }

        if (_board is { } board) See(made, board.At(Board.IndexReadAt(LastStep, _costs.SignalLatency), slot));
        Reach.Add(slot);
        return _zones[slot] = made;
    }

    private Pageset MakePageset(ZoneImage image, PageblockTagBoard tags) => image.State is { } state
        ? new(_machine.Release, image.Tuning.Pageset, state.Pagesets[Id],
            frame => tags.AsOf(frame, VirtualInstant.Zero))
        : new(_machine.Release, image.Tuning.Pageset);

    /// <summary>Brings the CPU's view of a zone up to the board instant that it may read now.</summary>
    /// <remarks>That is the step's: as it goes on, the board may show what no other host would show it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Refresh(CpuZone zone)
    {
        if (LastStep >= zone.ViewUntil && _board is not null) ReadBoard(zone);
    }

    private void ReadBoard(CpuZone zone)
    {
        var instant = Board.IndexReadAt(LastStep, _costs.SignalLatency);
        zone.ViewUntil = new((instant + 2) * _costs.SignalLatency);
        ref readonly var record = ref _board!.At(instant, zone.Slot);
        if (record.Effect > zone.View.Effect) See(zone, record);
    }
}
