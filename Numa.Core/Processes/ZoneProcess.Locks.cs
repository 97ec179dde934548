using Numa.Core.Diagnostics;

namespace Numa.Core.Processes;

/// <remarks>The process of the machine's first zone keeps the machine's own locks beside it.</remarks>
public sealed partial class ZoneProcess
{
    // Shape: bit = number of the lock.
    private uint _machineLocks;

    private void DoWithoutLock(ZoneVisit visit)
    {
        switch (visit.Kind)
        {
            case ZoneVisitKind.Describe:
                visit.TypesOfOrder = Zone.TypesOfOrder();
                break;
            case ZoneVisitKind.TryLock or ZoneVisitKind.Unlock:
                TryMachineLock(visit);
                break;
            case ZoneVisitKind.BeginCompaction:
                BeginCompaction(visit);
                break;
            case ZoneVisitKind.EndCompaction:
                EndCompaction(visit);
                break;
        }
    }

    private void TryMachineLock(ZoneVisit visit)
    {
        var bit = 1u << visit.Count;
        visit.Taken = visit.Kind == ZoneVisitKind.TryLock && (_machineLocks & bit) == 0 ? 1 : 0;
        if (visit.Kind == ZoneVisitKind.TryLock)
        {
            _machineLocks |= bit;
            return;
        }

        Invariant.Holds((_machineLocks & bit) != 0, "a lock that is given back was taken");
        _machineLocks &= ~bit;
    }
}
