using Numa.Core.Kernels;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;

namespace Numa.Core.Processes;

/// <remarks>Everybody's pagesets are emptied: the last resort after direct reclaim. From 6.0 on whoever asks frees what
/// the other CPUs detach; before, each CPU drains its own. Source: <c>drain_all_pages</c>, Linux
/// mm/page_alloc.c.</remarks>
public sealed partial class CpuProcess
{
    /// <summary>Batches that one hold of the lock frees at most, where a drain goes in steps.</summary>
    /// <remarks>Source: CONFIG_PCP_BATCH_SCALE_MAX, 5.</remarks>
    private const int DrainBatches = 32;

    private int CpuCount => _machine.Image.Cpus.CpuCount;

    private IEnumerable<Pause> DrainAll(KernelWork work)
    {
        foreach (var pause in TryLock(MachineLock.DrainAll)) yield return pause;
        // Somebody else is at it: nobody waits for him.
        if (_visit.Taken == 0) yield break;
        Counters.DrainAlls++;
        var remote = _machine.Release.DrainsAllRemotely;
        foreach (var pause in AskEveryOther(work, remote ? SignalKind.DetachPagesets : SignalKind.DrainPagesets))
            yield return pause;
        foreach (var answer in work.TakeAnswers())
        {
            foreach (var list in answer.Lists ?? []) work.Detached.Enqueue((answer.Sender, list));
        }

        var own = false;
        while (work.Detached.TryPeek(out var next))
        {
            if (!own && next.Cpu > Id)
            {
                own = true;
                foreach (var pause in DrainOwn()) yield return pause;
            }

            work.Detached.Dequeue();
            _visit.Drained.Clear();
            _visit.Drained.AddRange(next.List.Blocks);
            AskToFree(Zone(next.List.Zone));
            yield return Pause.Visit;
        }

        if (!own)
        {
            foreach (var pause in DrainOwn()) yield return pause;
        }

        foreach (var pause in Unlock(MachineLock.DrainAll)) yield return pause;
    }

    /// <summary>Asks every other CPU and sleeps until all have answered.</summary>
    private IEnumerable<Pause> AskEveryOther(KernelWork work, SignalKind question)
    {
        work.Missing = CpuCount - 1;
        for (var cpu = 0; cpu < CpuCount; cpu++)
        {
            if (cpu != Id) SendSignal(cpu, question, work.Task.Id);
        }

        while (work.Missing > 0) yield return Pause.Sleep;
    }

    private void Answered(Signal signal)
    {
        var work = _kernel[signal.Task];
        work.Answers.Add(signal);
        if (--work.Missing == 0) Wake(work);
    }

    /// <summary>Empties the CPU's own pagesets by itself.</summary>
    private IEnumerable<Pause> DrainOwn()
    {
        foreach (var zone in _zones)
        {
            while (zone is { Pageset.Count: > 0 })
            {
                _visit.Drained.Clear();
                zone.Pageset.Drain(AtOnce(zone), 0, Migratetype.Unmovable, _visit.Drained);
                AskToFree(zone);
                yield return Pause.Visit;
            }
        }
    }

    private void AskToFree(CpuZone zone)
    {
        _visit.HasCheck = false;
        Ask(zone, ZoneVisitKind.Drain, Continuation.Kernel);
    }

    /// <summary>Another CPU frees what is on this one's lists.</summary>
    private void DetachPagesets(Signal asked)
    {
        List<DetachedList> lists = [];
        foreach (var zone in _zones)
        {
            while (zone is { Pageset.Count: > 0 })
            {
                List<DrainedBlock> blocks = [];
                zone.Pageset.Drain(AtOnce(zone), 0, Migratetype.Unmovable, blocks);
                lists.Add(new(zone.Slot, [.. blocks]));
            }
        }

        Answer(asked, lists: [.. lists]);
    }

    /// <summary>This CPU drains its own lists, and says so when it is done.</summary>
    private void DrainPagesets(Signal asked)
    {
        for (var slot = 0; slot < _zones.Length; slot++)
        {
            if (_zones[slot] is { Pageset.Count: > 0 }) _work.Enqueue(new(WorkKind.DrainAll, slot));
        }

        _work.Enqueue(new(WorkKind.AnswerDrained, Asked: asked));
    }

    // Kernels that have each CPU drain its own drain all of a zone at once.
    private void DrainWhole(CpuZone zone)
    {
        if (zone.Pageset.Count == 0) return;
        Drain(zone, zone.Pageset.Count, 0, Migratetype.Unmovable, Continuation.DrainRemote);
    }

    private int AtOnce(CpuZone zone) => _machine.Release.Pagesets == PagesetShape.OrderZero
        ? zone.Pageset.Count
        : Math.Min(zone.Pageset.Count, Math.Max(1, zone.Tuning.Pageset.Batch * DrainBatches));
}
