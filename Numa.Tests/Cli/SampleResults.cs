using System.Collections.Immutable;
using Numa.Cli.Execution;
using Numa.Workloads.Measurement;

namespace Numa.Tests.Cli;

/// <summary>Results that exercise every part of the tables. Figures are consistent, not measured.</summary>
internal static class SampleResults
{
    private const string Hash = "3f1c9a77e2d04b5688aa10c4f2be9d7701c35a48e6f9b2d4c7a80e5f13267b9c";

    public static RunResult Run { get; } = new(
        "one-node-fill", 7, "notes-two-node", "4.9", "node", false, "virtual", "actors", 2, Hash,
        Operations: 20_971_530, Allocations: 20_971_530, Frees: 0, WallSeconds: 6.25, OperationsPerSecond: 3_355_444.8,
        SimulatedNanoseconds: 2_516_583_600, LocalShare: 0.781, MeanDistance: 12.409, Fallbacks: 4_992_307,
        SlowPathOperation: 20_971_521, KswapdWakeUps: 2, Conserved: true,
        Failures:
        [
            new("device", "GFP_DMA32|__GFP_THISNODE", 3, "NoPage", 10, 20_971_521,
            [
                new("0:DMA32", "BelowWatermark", "Min", 1_271, 1_280),
                new("0:DMA", "NoBlockOfOrder", "Min", 3_977, 3_960),
            ]),
        ],
        new(84, 91, 1_204, 35_120, 112.5),
        Zones:
        [
            new("0:DMA", 3_977, 3_977, 3_977, 0, 0, 0, 2, 3, 4, 0, 0, 0, 0, 0, 0, true),
            new("0:DMA32", 464_142, 464_142, 62_868, 0, 401_274, 0, 317, 396, 475, 401_274, 12_945, 600_000, 46.349,
                2_400, 776_700, true),
            new("1:Normal", 16_515_072, 16_515_072, 11_924_049, 31, 4_590_992, 0, 11_275, 14_093, 16_911, 4_591_023,
                148_098, 1_400_000, 9.453, 31_000, 8_885_880, true),
        ],
        Placement:
        [
            new(0, "0:Normal", 15_979_223, 15_979_223),
            new(0, "0:DMA32", 401_274, 0),
            new(0, "1:Normal", 4_591_023, 0),
            new(1, "1:Normal", 10, 10),
        ],
        Workloads:
        [
            new("fill", 1, 20_971_520, 20_971_520, 0, 20_971_520, 2_516_580_000, "done"),
            new("device", 1, 10, 10, 10, 0, 2_516_583_600, "allocation failed"),
        ],
        Actors: [new("zone", 3, 161_043, 161_043), new("clock", 1, 12, 0)],
        WatermarkEvents: [new("0:DMA32", "Low", true, 1_965_640_000, 62_868)],
        Notes: ["0:Normal is left out of the zones of this sample"])
    {
        PlacementBasis = MetricBasis.Exact,
        Pressure = new(3, new(20_971_520, 4_992_297, 0,
                [new(0, "0:DMA32", 401_274, 0), new(0, "1:Normal", 4_591_023, 0), new(1, "1:Normal", 10, 10)]),
            new(10, 10, 10, [])),
    };

    public static ContentionResult Contention { get; } = new(
        161_043, 2_000_000, 9_662_580,
        [
            new("0:DMA32", "Refill", 12_945, 401_274, 600_000, 776_700, 0),
            new("1:Normal", "Refill", 148_000, 4_590_000, 1_300_000, 8_880_000, 1),
            new("1:Normal", "Drain", 98, 1_023, 100_000, 5_880, 0),
        ],
        [
            new(0, "0:DMA32", 12_945, 600_000, 776_700),
            new(0, "1:Normal", 148_000, 1_300_000, 8_880_000),
            new(1, "1:Normal", 98, 100_000, 5_880),
        ],
        [
            new("0:DMA32", 1_000_000, [0, 0.5, 1, 2, 4, 8]),
            new("1:Normal", 1_000_000, [0, 0, 0, 0, 0.01, 3]),
        ],
        [
            new("1:Normal", 17, "Refill", 1_234_567, 31_000, ["CPU 3 (Refill)", "CPU 12 (Drain)", "CPU 101 (Refill)",
                "CPU 102 (Refill)", "CPU 103 (Refill)"]),
            new("0:DMA32", 0, "Refill", 12_000_000, 2_400, []),
        ]);

    public static AllocationSamples Samples { get; } = new(
        [
            new(20_971_521, 0, "device", "GFP_DMA32", 3, 2_516_580_000, 2_516_580_050, 12, null, "NoPage", false,
            [
                new("0:DMA32", "BelowWatermark", "Min", 1_271, 1_280, 2_516_580_000, 2_516_580_030),
                new("0:DMA", "NoBlockOfOrder", "Min", 3_977, 3_960, 2_516_580_030, 2_516_580_050),
            ]),
        ],
        Dropped: 41);

    public static RunOutcome Outcome { get; } = new(Run, Contention, [0, 1], Samples);

    public static ComparisonResult Comparison { get; } = new(
        "one-node-fill", "notes-two-node (2 x 64 GiB)", "kernel 3.10: both orders exist; its default here: zone",
        "machine.zonelistOrder", [.. Enumerable.Range(1, 10).Select(seed => (ulong)seed)], "virtual", "actors", null,
        [
            new("node", "3.10", "node", Hash, true, 20_971_520) { PlacementHash = Hash[3..] },
            new("zone", "3.10", "zone", Hash[1..], true, 20_971_520) { PlacementHash = Hash[4..] },
        ],
        [
            new("CPUs of node 0", ["0:Normal 0:DMA32 0:DMA 1:Normal", "0:Normal 1:Normal 0:DMA32 0:DMA"], false),
            new("CPUs of nodes 1, 2, 3, 4",
                ["1:Normal 0:Normal 0:DMA32 0:DMA", "1:Normal 0:Normal 0:DMA32 0:DMA"], true),
        ],
        [new("0:DMA32", 464_142, 0, 62_472, 396, 401_274, null)],
        [
            Exact("pages from 0:Normal", MetricUnit.Pages, 15_979_223, 15_979_223, 0),
            Exact("pages from 0:DMA32", MetricUnit.Pages, 401_274, 0, -401_274),
            Exact("pages from 1:Normal", MetricUnit.Pages, 4_591_023, 4_992_297, 401_274),
            Exact("local share", MetricUnit.Share, 0.78108, 0.76195, -0.01913),
            Exact("mean distance (SLIT)", MetricUnit.Distance, 12.409, 12.619, 0.21) with
            {
                BasisNote = "placement only",
            },
            new("first fallback", MetricUnit.Ordinal, MetricBasis.Exact, "", 0,
                [new(15_979_223, true), new(null, true)], [new(null, null, null, null, false)]),
            new("slow path entered", MetricUnit.Count, MetricBasis.Exact, "reclaim model not used", 0,
                [new(0, true), new(0, true)], [new(0, null, null, 0, false)]),
            new("lock wait 1:Normal, mean", MetricUnit.Nanoseconds, MetricBasis.Model, "+-15 %, skx-2018", 0,
                [new(9.45, false), new(10.2, false)],
                [
                    new(0.75, 0.2, 1.3, null, false)
                    {
                        RelativeLow = 0.021, RelativeHigh = 0.138, P = 0.012, CorrectedP = 0.012, Verdict = DifferenceVerdict.Found,
                    },
                ]),
        ],
        new(15_979_223, "fill", null, 401_274, 20_971_520),
        [],
        ["not modelled: memcg, balancing, TPS"],
        "numa compare configs/scenarios/one-node-fill.yaml --vary zonelistOrder=node,zone --seeds 10");

    /// <summary>A comparison without a reachable difference, off its prediction, in windows.</summary>
    public static ComparisonResult OddComparison { get; } = Comparison with
    {
        Scenario = "control",
        Counterfactual = "Linux 6.12 knows node order only",
        Arms =
        [
            .. Comparison.Arms,
            new("default", "6.12", "node", Hash[2..], false, 20_971_520) { PlacementHash = Hash[5..] },
        ],
        Walks =
        [
            new("CPUs of node 0",
            [
                "0:Normal 0:DMA32 0:DMA 1:Normal 2:Normal 3:Normal",
                "0:Normal 1:Normal 2:Normal 3:Normal 0:DMA32 0:DMA",
                "0:Normal 0:DMA32 0:DMA 1:Normal 2:Normal 3:Normal",
            ], false),
        ],
        Reachable = [new("0:DMA32", 464_142, 0, 1_029_783, 396, 0,
            "reserve 1029783 + low 396 >= managed 464142: 0:DMA32 never serves Normal requests")],
        Metrics =
        [
            new("pages from 0:DMA32", MetricUnit.Pages, MetricBasis.Exact, "1/1 seeds", 31,
                [new(0, true), new(64, true), new(0, true)],
                [new(64, null, null, 0, true), new(0, null, null, 0, false)]),
        ],
        Placement = new(null, null, null, 0, 20_971_520),
        Windows =
        [
            new("until 0:DMA32 is at low", [2_000_000, 900_000, 2_000_000], 0.45, 0.4, 0.53, 400_889, 400_889,
                MetricBasis.Model, false),
            new("after", [900_000, 700_000, 900_000], 0.78, 0.97, 1.03, null, null, MetricBasis.Model, true),
        ],
    };

    private static MetricResult Exact(string name, MetricUnit unit, double node, double zone, double predicted) =>
        new(name, unit, MetricBasis.Exact, "10/10 seeds", 31, [new(node, true), new(zone, true)],
            [new(zone - node, null, null, predicted, false) { Verdict = DifferenceVerdict.Fixed }]);
}
