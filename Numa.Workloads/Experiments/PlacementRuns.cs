using System.Collections.Immutable;
using Numa.Core.Processes;

namespace Numa.Workloads.Experiments;

/// <summary>Where several arms' placements of one task part.</summary>
/// <param name="First">Number of the first allocation whose zone differs, from 0; null when none does.</param>
/// <param name="Differing">Allocations whose zone differs between the first arm and any other.</param>
/// <param name="Total">Allocations of the arm that made most.</param>
internal readonly record struct PlacementParting(long? First, long Differing, long Total);

/// <summary>Compares placements run by run: they hold millions of allocations in a few runs.</summary>
internal static class PlacementRuns
{
    /// <summary>Zone of an allocation that an arm did not make.</summary>
    private const int None = -1;

    /// <param name="arms">The same task in each arm.</param>
    public static PlacementParting Compare(IReadOnlyList<ZoneRuns> arms)
    {
        var cursors = arms.Select(arm => new Cursor(arm)).ToImmutableArray();
        var parting = default(PlacementParting);
        while (true)
        {
            var step = cursors.Min(cursor => cursor.Left);
            if (step == long.MaxValue) return parting;
            var differs = cursors.Any(cursor => cursor.Zone != cursors[0].Zone);
            parting = new(
                differs ? parting.First ?? parting.Total : parting.First,
                parting.Differing + (differs ? step : 0),
                parting.Total + step);
            foreach (var cursor in cursors) cursor.Advance(step);
        }
    }

    /// <summary>A place in one arm's runs. Past the end it stands on an endless run of nothing.</summary>
    private sealed class Cursor
    {
        private readonly ImmutableArray<(int Zone, long Count)> _runs;
        private int _at;

        public Cursor(ZoneRuns arm)
        {
            // Failed allocations have no zone and are not counted.
            _runs = [.. arm.Runs.Where(run => run.Zone != None)];
            Left = _runs.IsEmpty ? long.MaxValue : _runs[0].Count;
        }

        public long Left { get; private set; }

        public int Zone => _at < _runs.Length ? _runs[_at].Zone : None;

        public void Advance(long step)
        {
            if (_at == _runs.Length) return;
            Left -= step;
            if (Left > 0) return;
            _at++;
            Left = _at < _runs.Length ? _runs[_at].Count : long.MaxValue;
        }
    }
}
