namespace Numa.Benchmarks.Engine;

/// <summary>A contestant on a load, and what its runs took.</summary>
internal sealed class Match(Contestant contestant, Load load)
{
    private readonly List<(Sample Sample, Played Played)> _runs = [];

    public Contestant Contestant { get; } = contestant;

    public Load Load { get; } = load;

    public string Name => $"{Contestant.Name} ({Load.Name})";

    /// <summary>A short run, so that all code is compiled.</summary>
    public void WarmUp() => Contestant.Prepare(Load.Times(0.25))();

    public void Run()
    {
        var play = Contestant.Prepare(Load);
        Played played = default;
        var sample = Sample.Of(() => played = play());
        _runs.Add((sample, played));
    }

    public long Operations => _runs[^1].Played.Operations;

    /// <summary>Visits in a thousand operations; null where nobody counts them.</summary>
    public double? VisitsPerThousand => 1000.0 * _runs[^1].Played.Visits / Operations;

    /// <summary>Shape: by run. Unit: operations per second.</summary>
    public IEnumerable<double> Rates => _runs.Select(run => run.Played.Operations / run.Sample.Seconds);

    /// <summary>Shape: by run. Unit: operations per second of processor time, of all threads together.</summary>
    public IEnumerable<double> ProcessorRates => _runs.Select(run => run.Played.Operations / run.Sample.CpuSeconds);

    public double BytesPerOperation => Sample.Median(_runs.Select(run => (double)run.Sample.Bytes)) / Operations;

    /// <summary>This one's rate over another's, run by run: what the machine does meanwhile falls on both.</summary>
    public IReadOnlyList<double> Against(Match other) => [.. Rates.Zip(other.Rates, (own, theirs) => own / theirs)];

    /// <summary>The same by processor time: what else runs on the machine matters less, idle waiting not at
    /// all.</summary>
    public double ProcessorTimeAgainst(Match other) =>
        Sample.Median(ProcessorRates.Zip(other.ProcessorRates, (own, theirs) => own / theirs));
}
