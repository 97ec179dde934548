using Numa.Actors.Pagesets;

namespace Numa.Actors.Machine;

/// <summary>Finds out, under the wall clock, that no task can go on: whoever is left waits for somebody who
/// waits.</summary>
/// <remarks>Two polls in a row find every CPU idle, and none of them has heard anything in between. What is told is in
/// the hearer's mailbox at once and before the second poll, so nothing can be under way either.</remarks>
internal sealed class StandstillWatch(int cpus)
{
    private readonly long[] _heard = new long[cpus];
    private int _missing;
    private bool _still;
    private bool _stillBefore;

    /// <summary>Begins a poll, unless the last one is not over.</summary>
    public bool Begin()
    {
        if (_missing > 0) return false;
        _missing = cpus;
        _still = true;
        return true;
    }

    /// <summary>Takes one CPU's answer.</summary>
    /// <returns>True when it is the last, and nothing can happen any more.</returns>
    public bool Take(PagesetProtocol.CpuActivity activity)
    {
        _still &= activity.IsIdle;
        _stillBefore &= _heard[activity.Cpu] == activity.Heard;
        _heard[activity.Cpu] = activity.Heard;
        if (--_missing > 0) return false;
        var standstill = _still && _stillBefore;
        _stillBefore = _still;
        return standstill;
    }
}
