using System.IO.Compression;
using System.Text.RegularExpressions;
using Numa.Tests.Core.Zones;

namespace Numa.Tests.Workloads.Verification;

/// <summary>A copy of a shipped capture that a test may change.</summary>
internal sealed class CaptureCopy : IDisposable
{
    private const string StampAndText = @"^(\[[^\]]*\] )?(?<text>.*)$";

    public CaptureCopy(string machine)
    {
        Folder = Directory.CreateTempSubdirectory("numa-capture-").FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(ScenarioTexts.Configs, "machines", machine)))
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
    }

    private CaptureCopy() => Folder = Directory.CreateTempSubdirectory("numa-capture-").FullName;

    public string Folder { get; }

    private string Trace => Path.Combine(Folder, "boot", "trace.txt.gz");

    /// <summary>A traced boot of Numa.Tests/Truth.</summary>
    public static CaptureCopy OfBootTrace(string truth)
    {
        var folder = Path.Combine(TuningCapture.Root(), truth);
        var copy = new CaptureCopy();
        var parts = Regex.Split(
            Unpacked(Path.Combine(folder, "boot.txt.gz")), @"^==> (\S+) <==\n", RegexOptions.Multiline);
        for (var i = 1; i < parts.Length; i += 2) File.WriteAllText(Path.Combine(copy.Folder, parts[i]), parts[i + 1]);
        Directory.CreateDirectory(Path.Combine(copy.Folder, "boot"));
        File.Copy(Path.Combine(folder, "trace.txt.gz"), copy.Trace);
        return copy;
    }

    /// <summary>Traced phases of Numa.Tests/Truth, and the log of their machine.</summary>
    public static CaptureCopy OfPhases(string truth)
    {
        var copy = new CaptureCopy();
        var parts = Regex.Split(Unpacked(Path.Combine(TuningCapture.Root(), truth, "replay.txt.gz")),
            @"^==> (\S+) <==\n", RegexOptions.Multiline);
        for (var i = 1; i < parts.Length; i += 2)
        {
            var file = Path.Combine(copy.Folder, parts[i]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (file.EndsWith(".gz", StringComparison.Ordinal)) Pack(file, parts[i + 1]);
            else File.WriteAllText(file, parts[i + 1]);
        }

        return copy;
    }

    /// <summary>Changes the lines of a phase's trace.</summary>
    public void ChangePhase(string phase, Func<string[], IEnumerable<string>> change)
    {
        var file = Path.Combine(Folder, phase, "trace.txt.gz");
        Pack(file, string.Join('\n', change(Unpacked(file).Split('\n'))));
    }

    /// <summary>Replaces the first match in the trace.</summary>
    public void ChangeTrace(string pattern, string replacement)
    {
        var text = Unpacked(Trace);
        var changed = new Regex(pattern).Replace(text, replacement, 1);
        Assert.NotEqual(text, changed);
        Pack(Trace, changed);
    }

    /// <summary>Adds the files of a capture of Numa.Tests/Truth that the copy does not have.</summary>
    public CaptureCopy With(string truth)
    {
        foreach (var (name, text) in new TuningCapture(Path.Combine(TuningCapture.Root(), truth)).Files)
        {
            if (name != "dmesg.txt") File.WriteAllText(Path.Combine(Folder, name), text);
        }

        return this;
    }

    /// <summary>Replaces the first match in a file.</summary>
    public void Change(string file, string pattern, string replacement)
    {
        var path = Path.Combine(Folder, file);
        var text = File.ReadAllText(path);
        var changed = new Regex(pattern, RegexOptions.Multiline).Replace(text, replacement, 1);
        Assert.NotEqual(text, changed);
        File.WriteAllText(path, changed);
    }

    /// <summary>Leaves only what a boot starts from: the log's inputs and the SLIT.</summary>
    public void RemoveTruth()
    {
        foreach (var file in Directory.GetFiles(Folder))
        {
            if (Path.GetFileName(file) is not ("dmesg.txt" or "acpi-SLIT.hex.txt")) File.Delete(file);
        }

        var path = Path.Combine(Folder, "dmesg.txt");
        File.WriteAllLines(path, Inputs(File.ReadAllLines(path)));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void Pack(string file, string text)
    {
        using var writer = new StreamWriter(new GZipStream(File.Create(file), CompressionMode.Compress));
        writer.Write(text);
    }

    private static string Unpacked(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static IEnumerable<string> Inputs(IEnumerable<string> lines)
    {
        var (dumps, isAsked) = (0, false);
        foreach (var line in lines)
        {
            var text = Regex.Match(line, StampAndText).Groups["text"].Value;
            var isRequest = text.Contains(" bytes align=", StringComparison.Ordinal);
            var isReserve = text.StartsWith("memblock_reserve: ", StringComparison.Ordinal);
            if (text == "MEMBLOCK configuration:") dumps++;
            // A reservation behind a request is its answer; others were made by address, before the dump silently.
            if ((isReserve && !isAsked) || (dumps == 1 && text.StartsWith(" reserved[", StringComparison.Ordinal)))
                yield return line;
            else if (text.StartsWith("Memory: ", StringComparison.Ordinal))
                yield return Regex.Replace(line, @"Memory: \d+[kK]/\d+[kK]|\d+[kK] (reserved|absent),? ?", "Memory: ");
            else if (!isReserve && IsInput(text)) yield return line;
            if (isRequest || isReserve) isAsked = isRequest;
        }
    }

    private static bool IsInput(string text) => Regex.IsMatch(text,
        @"^\s*(Linux version|Command line|BIOS-e|user: |e820: (update|remove)|(ACPI: )?SRAT: |Faking node|RAMDISK"
        + @"|MEMBLOCK configuration:|_*memblock_\w+: .* bytes align=|_*memblock_(phys_)?free|Freeing "
        + @"|(x86: |smpboot: |smp: |CPU topo: )*(Allowing|Brought up|Booting Node)|\.\.\.\. node)");
}
