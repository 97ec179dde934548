using Numa.Core.Addressing;
using Numa.Core.Hotplug;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Workloads.Scenarios;

/// <summary>Reads memory that comes and goes: <c>hotAdd: {node: 1, start: 6GiB, size: 1GiB}</c>.</summary>
internal static class MemoryEventReader
{
    /// <summary>End of the addresses that x86-64 can have.</summary>
    private const long EndOfAddresses = 1L << 52;

    internal static MachineOperation? Read(string action, YamlMapping mapping, ProblemList problems)
    {
        var fields = new Fields(mapping, action, EventKeys.TableOf(action), problems);
        var range = Range(fields, action, problems);
        if (action == "online")
        {
            var type = fields.WordOrDefault("type", EventKeys.OnlineTypes);
            return range is { } online ? new MachineOperation.Online(online, type) : null;
        }

        if (action != "hotAdd")
        {
            return range is not { } gone ? null
                : action == "offline" ? new MachineOperation.Offline(gone) : new MachineOperation.Remove(gone);
        }

        var node = fields.Number("node");
        return range is { } added && node is { } number
            ? new MachineOperation.Add(new NodeId((int)number), added) : null;
    }

    private static PageRange? Range(Fields fields, string action, ProblemList problems)
    {
        var start = fields.Size("start");
        var size = fields.Size("size");
        if (start is not { } from || size is not { } length) return null;
        if (length.Bytes == 0 || length.Bytes > EndOfAddresses || from.Bytes > EndOfAddresses - length.Bytes)
        {
            problems.Add(fields.PlaceOf("size"), ProblemCodes.Range,
                $"{action}: size is {length}; expected 128MiB or more, and an end below"
                + $" {new ByteSize(EndOfAddresses)}");
            return null;
        }

        var section = MemoryBlockSize.Section.Value;
        if (from.Pages.Value % section == 0 && length.Pages.Value % section == 0)
            return new(new(from.Pages.Value), new(from.Pages.Value + length.Pages.Value));
        problems.Add(fields.PlaceOf("start"), ProblemCodes.Memory,
            $"{action}: {length} from {from} on; expected multiples of 128MiB, the size of a section");
        return null;
    }
}
