namespace Numa.Workloads.Replay;

/// <summary>Counts what the rules foretell and a trace shows, allocation by allocation.</summary>
internal sealed class ForetoldTally
{
    private long _both;
    private long _onlyForetold;
    private long _onlySeen;
    private long _open;
    private long _byLag;
    private int? _firstForetold;
    private int? _firstSeen;

    public bool IsAny => (_firstForetold ?? _firstSeen) is not null;

    public Foretold Result => new(_both, _onlyForetold, _onlySeen, _open, _byLag, _firstForetold, _firstSeen);

    /// <param name="isOpen">Where only one side has it, that proves nothing.</param>
    /// <param name="byLag">Unfolded counters may be why only one side has it.</param>
    /// <returns>False when it is held against the rules.</returns>
    public bool Add(int allocation, bool isForetold, bool isSeen, bool isOpen, bool byLag)
    {
        if (isForetold) _firstForetold ??= allocation;
        if (isSeen) _firstSeen ??= allocation;
        if (isForetold && isSeen) _both++;
        if (isForetold == isSeen) return true;
        if (isOpen)
        {
            _open++;
            return true;
        }

        if (isForetold) _onlyForetold++;
        else _onlySeen++;
        if (byLag) _byLag++;
        return false;
    }
}
