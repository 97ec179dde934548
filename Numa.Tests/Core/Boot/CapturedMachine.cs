using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Text;

namespace Numa.Tests.Core.Boot;

/// <summary>A machine in configs/machines: the log of a real boot and what its kernel said of itself
/// afterwards.</summary>
public static class CapturedMachine
{
    /// <summary>Zone facts as /proc/zoneinfo printed them.</summary>
    public sealed record ZoneFacts(
        long Start, long Spanned, long Present, long Managed, long Min, long Low, long High);

    public static string File(string machine, string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Numa.sln")))
            folder = folder.Parent;
        Assert.NotNull(folder);
        return System.IO.File.ReadAllText(Path.Combine(folder.FullName, "configs", "machines", machine, file));
    }

    public static MachineDescription Describe(string machine)
    {
        var reading = DmesgReader.Read(File(machine, "dmesg.txt"), "dmesg.txt", machine);
        Assert.Empty(reading.Problems);
        var slit = HexTableReader.ReadSlit(File(machine, "acpi-SLIT.hex.txt"), "acpi-SLIT.hex.txt", out var problems);
        Assert.Empty(problems);
        Assert.NotNull(reading.Machine);
        return reading.Machine with { Slit = slit };
    }

    /// <summary>Populated zones of zoneinfo.txt.</summary>
    public static SortedDictionary<ZoneId, ZoneFacts> Zones(string machine)
    {
        var zones = new SortedDictionary<ZoneId, ZoneFacts>();
        var values = new Dictionary<string, long>();
        var zone = default(ZoneId);
        foreach (var line in File(machine, "zoneinfo.txt").Split('\n'))
        {
            var words = line.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["Node", var node, "zone", var kind])
            {
                zone = new(new(int.Parse(node, CultureInfo.InvariantCulture)), Enum.Parse<ZoneKind>(kind));
                values.Clear();
            }

            if (words.Length != 2 || !long.TryParse(words[1], CultureInfo.InvariantCulture, out var value)) continue;
            values[words[0]] = value;
            if (words[0] != "start_pfn:" || values["present"] == 0) continue;
            zones[zone] = new(value, values["spanned"], values["present"], values["managed"],
                values["min"], values["low"], values["high"]);
        }

        return zones;
    }
}
