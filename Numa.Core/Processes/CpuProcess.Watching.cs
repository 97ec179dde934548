using Numa.Core.Allocation;

namespace Numa.Core.Processes;

public sealed partial class CpuProcess
{
    private WalkRecorder? _watched;

    /// <summary>Is told of each decision of the allocation that it waits for; null where nobody asks.</summary>
    public WalkRecorder? Recorder { get; set; }

    private void Watch()
    {
        // A second attempt belongs to the same walk.
        if (Recorder is null || _watched is not null) return;
        var list = _walk.Slots.Select(slot => _machine.Zones[slot].Id);
        _watched = Recorder.Begin(_current!, Node, _walk.Request, list, _now) ? Recorder : null;
    }

    /// <summary>The pass goes on without the zone.</summary>
    /// <returns>False: the walk is not over.</returns>
    private bool Skip(int slot, ZoneSkip why, long? fairBatch = null)
    {
        _watched?.Skip(_machine.Zones[slot].Id, why, fairBatch);
        return false;
    }
}
