using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Hotplug;

namespace Numa.Workloads.Verification;

/// <summary>What was written to the state of a memory block.</summary>
/// <param name="Type">Null: it was to go offline.</param>
/// <param name="IsTaken">The kernel did it; it refuses, for one, to take away pages that cannot move.</param>
internal readonly record struct BlockWrite(int Block, OnlineType? Type, bool IsTaken = true);

/// <summary>A folder of a capture that shows the machine after some memory came or went.</summary>
/// <param name="Name">A number, then words: <c>02-online_kernel-first-block</c>.</param>
/// <param name="Step">The number: the step whose writes it follows.</param>
internal sealed partial record HotplugFolder(string Name, int Step)
{
    public const string Writes = "hotplug-steps.txt";

    private ImmutableArray<string> Words => [.. Name.Split('-', '.').Skip(1)];

    /// <summary>The command that the name tells.</summary>
    public OnlineType? Online => Words.Select(MemoryBlockRecord.TypeOf).FirstOrDefault(type => type is not null);

    public bool IsOffline => Words.Contains("offline") && !IsPlugged;

    /// <summary>The name says that nothing goes online or offline in this step.</summary>
    public bool IsPlugged => Words.Any(word => word is "before" or "plugged" or "plug" or "unplugged" or "unplug");

    /// <summary>How many of the step's blocks are done by then; null for all.</summary>
    public int? Blocks
    {
        get
        {
            var words = Words;
            for (var i = 1; i < words.Length; i++)
            {
                if (words[i] is "block" or "blocks"
                    && int.TryParse(words[i - 1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                {
                    return count;
                }
            }

            return words.Contains("first") ? 1 : null;
        }
    }

    /// <summary>The folders in the order in which they were taken.</summary>
    public static ImmutableArray<HotplugFolder> In(CaptureFolder capture) =>
    [
        .. capture.Folders().Select(name => (Name: name, Number: Numbered().Match(name)))
            .Where(folder => folder.Number.Success)
            .Select(folder => new HotplugFolder(
                folder.Name, int.Parse(folder.Number.Groups[1].Value, CultureInfo.InvariantCulture)))
            .OrderBy(folder => folder.Step).ThenBy(folder => folder.Blocks ?? int.MaxValue)
            .ThenBy(folder => folder.Name, StringComparer.Ordinal),
    ];

    /// <summary>The recorded writes of each step, in their order.</summary>
    public static ILookup<int, BlockWrite> WritesIn(CaptureFolder capture) =>
        (capture.TryRead(Writes, out var text) ? Write().Matches(text) : Enumerable.Empty<Match>())
            .ToLookup(
                line => int.Parse(line.Groups["step"].Value, CultureInfo.InvariantCulture),
                line => new BlockWrite(
                    int.Parse(line.Groups["block"].Value, CultureInfo.InvariantCulture),
                    MemoryBlockRecord.TypeOf(line.Groups["word"].Value),
                    line.Groups["errno"].Value == "0"));

    [GeneratedRegex(@"^(\d{1,6})-\w")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^step (?<step>\d{1,6}) memory(?<block>\d{1,9}) <- (?<word>offline|online(?:_kernel|_movable)?)"
        + @" errno (?<errno>\d+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Write();
}
