using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Numa.Tests.Workloads;

namespace Numa.Tests.Acceptance;

/// <summary>Free pages of every zone after so much memory was touched.</summary>
/// <param name="Free">NR_FREE_PAGES, as /proc/zoneinfo shows it. Shape: as the zones of the curve.</param>
internal sealed record SpillSample(double TouchedMiB, ImmutableArray<long> Free);

/// <summary>A spill: how the zones' free pages fell, captured on a real kernel or simulated.</summary>
/// <param name="Zones">Zones by name, ascending.</param>
internal sealed partial record SpillCurve(ImmutableArray<string> Zones, ImmutableArray<SpillSample> Samples)
{
    /// <summary>A zone that lost fewer pages than this was not being filled. Unit: pages.</summary>
    private const long Noise = 1024;

    /// <summary>Zones that were filled, in the order in which each began; zones that began together by name.</summary>
    public string Order => string.Join(' ', Zones.Where(zone => BeginsAt(zone) is not null)
        .OrderBy(zone => Math.Round(BeginsAt(zone)!.Value / 64)).ThenBy(zone => zone, StringComparer.Ordinal));

    public long FreeAtStart(string zone) => Samples[0].Free[Slot(zone)];

    public long FreeAtEnd(string zone) => Samples[^1].Free[Slot(zone)];

    /// <summary>Touched MiB at which the zone began to fall; null when it never did.</summary>
    public double? BeginsAt(string zone)
    {
        var (slot, least) = (Slot(zone), FreeAtStart(zone) - Noise);
        return Samples.FirstOrDefault(sample => sample.Free[slot] < least)?.TouchedMiB;
    }

    /// <summary>Touched MiB at which the zone came to the level where it stopped.</summary>
    public double StopsAt(string zone)
    {
        var (slot, level) = (Slot(zone), LevelOf(zone));
        return Samples.First(sample => sample.Free[slot] <= level + 64).TouchedMiB;
    }

    /// <summary>Free pages at which the zone stopped: the value that it kept longest once it had fallen.</summary>
    /// <remarks>Where no value stayed, the last one: the capture ends just there.</remarks>
    public long LevelOf(string zone)
    {
        var slot = Slot(zone);
        var (level, kept) = (Samples[^1].Free[slot], 1);
        if (BeginsAt(zone) is not { } begin) return level;
        var (value, run) = (long.MaxValue, 0);
        foreach (var sample in Samples)
        {
            if (sample.TouchedMiB < begin) continue;
            run = sample.Free[slot] == value ? run + 1 : 1;
            value = sample.Free[slot];
            if (run > kept) (level, kept) = (value, run);
        }

        return level;
    }

    /// <summary>Reads the samples of a captured machine.</summary>
    public static SpillCurve OfCapture(string machine)
    {
        var path = Path.Combine(ScenarioTexts.Configs, "machines", machine, "spill.txt.gz");
        using var text = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var samples = ImmutableArray.CreateBuilder<SpillSample>();
        string[] zones = [];
        while (text.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var counts = ZoneCount().Matches(line);
            zones = [.. counts.Select(count => count.Groups["zone"].Value)];
            samples.Add(new(double.Parse(line.AsSpan(0, line.IndexOf(':', StringComparison.Ordinal) - 1),
                    NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture),
                [.. counts.Select(count => long.Parse(count.Groups["free"].Value, CultureInfo.InvariantCulture))]));
        }

        return new([.. zones], samples.ToImmutable());
    }

    private int Slot(string zone) => Zones.IndexOf(zone);

    [GeneratedRegex("(?<zone>[0-9]+:[A-Z][A-Za-z0-9]*)=(?<free>[0-9]+)")]
    private static partial Regex ZoneCount();
}
