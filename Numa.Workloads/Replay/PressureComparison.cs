using Numa.Core.Boot;
using Numa.Core.Text;
using Numa.Core.Zones;

namespace Numa.Workloads.Replay;

/// <summary>Holds the slow paths of a phase against the rules.</summary>
internal static class PressureComparison
{
    /// <param name="records">What each CPU of the model did.</param>
    /// <param name="slotOf">Slot of the zone that holds a frame, −1 for none.</param>
    /// <returns>Null when memory is short in neither trace nor model.</returns>
    public static PressureResult? Compare(TracedPhase phase, MachineImage machine, IReadOnlyList<ModelRecord> records,
        Prediction.Sheet predictions, Func<long, int> slotOf)
    {
        var pressed = new List<PressedAllocation>(phase.Allocations.Count);
        for (var number = 0; number < phase.Allocations.Count; number++)
        {
            var (cpu, index) = phase.Allocations[number];
            var frame = phase.Cpus[cpu].Answers[index].Frame;
            pressed.Add(new(number, phase.Cpus[cpu].Requests[index], frame == 0 ? -1 : slotOf(frame),
                predictions[number]?.Block?.Zone ?? -1, records[cpu].WalkOf(index), phase.Pressure.Of(number),
                records[cpu].BoostedBy(index)));
        }

        if (!phase.Pressure.IsAny && !pressed.Exists(IsShort)) return null;
        var stops = new ZoneStops(machine, pressed);
        if (stops.Kind is not { } kind) return null;
        var levels = records.SelectMany(record => record.Levels).OrderBy(level => level.Record.Effect).ToList();
        var counters = new ModelCounters(machine, levels, phase.Start);
        var oom = new OomKills(machine, phase, pressed, counters);
        var (checks, rounds) = oom.Retries();
        var order = kind.Order.Value == 0 ? "" : FormattableString.Invariant($", order {kind.Order.Value}");
        return new(GfpText.Format(kind.Gfp) + order, stops.Turns(), stops.Stops(),
            new KswapdWakes(machine, phase, pressed, counters).Results(), oom.DirectReclaim(), checks, rounds,
            oom.Kills());
    }

    /// <summary>A zone of the model refused for want of pages, not for their blocks or a fair batch.</summary>
    private static bool IsShort(PressedAllocation one) => one.Walk is { } walk
        && walk.Tried.Any(refusal => refusal.Verdict.Verdict == ZoneVerdict.BelowWatermark);
}
