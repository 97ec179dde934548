using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Addressing;
using Numa.Core.Hotplug;

namespace Numa.Workloads.Verification;

/// <summary>A memory block as sysfs shows it.</summary>
/// <param name="Number">Its number in <c>memoryN</c>.</param>
/// <param name="Index">Position in units of the block size (<c>phys_index</c>).</param>
/// <param name="Zones">Its zone if it is online; else the zones that it may go online in, the default first.</param>
/// <param name="Node">Null where none is shown.</param>
internal sealed record MemoryBlock(int Number, long Index, bool IsOnline, string Zones, NodeId? Node);

/// <summary>The memory blocks of a machine at one moment.</summary>
/// <remarks>Format: the captures' <c>memory_blocks.txt</c>.</remarks>
internal sealed partial class MemoryBlockRecord
{
    public const string File = "memory_blocks.txt";

    private MemoryBlockRecord(string text)
    {
        Blocks = [.. Block().Matches(text).Select(line => new MemoryBlock(
            int.Parse(line.Groups["number"].Value, CultureInfo.InvariantCulture),
            long.Parse(line.Groups["index"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            line.Groups["state"].Value != "offline",
            line.Groups["zones"].Value.Trim(),
            line.Groups["node"] is { Success: true } node
                ? new NodeId(int.Parse(node.Value, CultureInfo.InvariantCulture)) : null))];
        if (SizeOfBlock().Match(text) is { Success: true } size)
        {
            var bytes = long.Parse(
                size.Groups[1].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            BlockSize = new ByteSize(bytes).Pages;
        }

        AutoOnline = TypeOf(AutoOnlineBlocks().Match(text).Groups[1].Value);
    }

    /// <summary>Ascending by number.</summary>
    public ImmutableArray<MemoryBlock> Blocks { get; }

    /// <summary>Null where the file does not tell.</summary>
    public PageCount? BlockSize { get; }

    /// <summary>How memory goes online as soon as it is plugged in; null when it stays offline.</summary>
    public OnlineType? AutoOnline { get; }

    public MemoryBlock? this[int number] => Blocks.FirstOrDefault(block => block.Number == number);

    /// <returns>Null when there is no such file, or it lists no block in the form of the captures.</returns>
    public static MemoryBlockRecord? Read(CaptureFolder folder, string path) =>
        folder.TryRead(path, out var text) && new MemoryBlockRecord(text) is { Blocks.IsEmpty: false } record
            ? record
            : null;

    /// <summary>What a word written to a block's state asks for; null for offline and every other word.</summary>
    public static OnlineType? TypeOf(string word) => word switch
    {
        "online" => OnlineType.Default,
        "online_kernel" => OnlineType.Kernel,
        "online_movable" => OnlineType.Movable,
        _ => null,
    };

    [GeneratedRegex(@"^memory(?<number>\d{1,9}) 0x(?<index>[0-9a-f]{1,8}) (?<state>[\w-]+)"
        + @"(?: \[(?<zones>[^\]]*)\])?(?: node(?<node>\d{1,4}))?\s*$", RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"block_size_bytes (?:0x)?([0-9a-f]{1,10})\b")]
    private static partial Regex SizeOfBlock();

    [GeneratedRegex(@"auto_online_blocks (\w+)")]
    private static partial Regex AutoOnlineBlocks();
}
