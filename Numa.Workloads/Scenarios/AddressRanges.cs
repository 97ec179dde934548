using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Firmware;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads ranges of physical addresses such as <c>3GiB-4GiB</c>, each above the last.</summary>
internal static class AddressRanges
{
    /// <summary>What 46 physical address bits reach, the most that kernels with four-level page tables map.</summary>
    internal const long MaxBytes = E820Map.MaxArchFrames << PageFrameNumber.PageShift;

    /// <param name="noun">What a range is, for messages: <c>hole</c>.</param>
    internal static ImmutableArray<(ulong Start, ulong End)> Read(
        ImmutableArray<YamlValue> items, string noun, Fields fields, ProblemList problems)
    {
        var ranges = ImmutableArray.CreateBuilder<(ulong Start, ulong End)>();
        foreach (var text in items.Select(item => fields.Scalar(item, $"a {noun}")))
        {
            if (text is not { } range) continue;
            var ends = range.Value.Split('-');
            if (ends.Length != 2)
            {
                problems.Add(range.At, ProblemCodes.Memory,
                    $"'{YamlScalar.Short(range.Value)}' is no {noun}; expected a range such as 3GiB-4GiB");
                continue;
            }

            var start = fields.Size(new(ends[0], range.At), $"start of the {noun}");
            var end = fields.Size(new(ends[1], range.At), $"end of the {noun}");
            if (start is null || end is null) continue;
            if (end.Value.Bytes <= start.Value.Bytes || end.Value.Bytes > MaxBytes)
            {
                problems.Add(range.At, ProblemCodes.Memory,
                    $"{noun} {range.Value} ends before it starts, or nowhere");
            }
            else if (ranges.Count > 0 && (ulong)start.Value.Bytes < ranges[^1].End)
            {
                problems.Add(range.At, ProblemCodes.Memory,
                    $"{noun} {range.Value} begins below the end of the last");
            }
            else
            {
                ranges.Add(((ulong)start.Value.Bytes, (ulong)end.Value.Bytes));
            }
        }

        return ranges.ToImmutable();
    }
}
