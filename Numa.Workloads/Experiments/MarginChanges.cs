using Numa.Core.Boot;
using Numa.Core.Zones;
using Numa.Workloads.Measurement;
using Numa.Workloads.WhatIf;

namespace Numa.Workloads.Experiments;

/// <summary>Finds what the settings of one arm leave to requests, against another's.</summary>
internal static class MarginChanges
{
    /// <returns>Null where the machines have other zones, or the margins are the same.</returns>
    public static MarginChange? Between(MachineImage first, MachineImage other)
    {
        if (!first.Zones.Select(zone => (zone.Id, zone.Managed))
                .SequenceEqual(other.Zones.Select(zone => (zone.Id, zone.Managed))))
        {
            return null;
        }

        if (first.Zones.Zip(other.Zones).All(pair => Margins(pair.First).Equals(Margins(pair.Second)))) return null;
        var figures = WhatIfQuestion.Changes(MachineFigures.Of(first), MachineFigures.Of(other));
        var (now, with) = WhatIfAnswer.KeptFreeOf(first, figures);
        var keepsAll = with == WhatIfAnswer.Memory(first);
        if (WhatIfAnswer.HardestOf(figures) is not var (kind, node))
            return new(now, with, "", "", 0, 0, false) { KeepsAll = keepsAll };
        var shifts = figures.Where(figure =>
            figure.Part == FigurePart.Total && figure.Kind == kind && figure.Of == node).ToList();
        return new(now, with, kind.Name, node,
            shifts.FirstOrDefault(shift => shift.End == RoomEnd.Kswapd)?.Difference ?? 0,
            shifts.FirstOrDefault(shift => shift.End != RoomEnd.Kswapd)?.Difference ?? 0,
            shifts.Any(shift => shift.End == RoomEnd.Failure))
        {
            KeepsAll = keepsAll,
        };
    }

    private static (Watermarks Marks, string Reserves) Margins(ZoneImage zone) =>
        (zone.Tuning.Marks, string.Join(' ', zone.Tuning.LowmemReserve));
}
