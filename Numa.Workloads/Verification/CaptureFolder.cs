using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Verification;

/// <summary>The files of a capture: the one place where verification touches the disk.</summary>
internal sealed class CaptureFolder(string path)
{
    public string Path { get; } = path;

    public string Name { get; } =
        System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));

    /// <exception cref="InputException">There is no such folder, or it holds no kernel log.</exception>
    public void RequireLog()
    {
        if (ScenarioLoader.FindMachine(Path, null) is { Problem: { } problem })
            throw new InputException([new(new(Path, 0, 0), ProblemCodes.File, problem)]);
        if (!Directory.Exists(Path))
        {
            var kind = ScenarioLoader.KindOf(Path);
            throw new InputException([new(new(Path, 0, 0), ProblemCodes.Kind,
                kind?.Instead("the folder of a capture") ?? "expected the folder of a capture, found a file")]);
        }
    }

    /// <summary>Names of the folders in it.</summary>
    public IEnumerable<string> Folders() =>
        Directory.EnumerateDirectories(Path).Select(folder => System.IO.Path.GetFileName(folder)!);

    /// <summary>Opens a text that is packed with gzip, to be read as a stream.</summary>
    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="InputException">The file is there and cannot be opened.</exception>
    public TextReader? TryOpenPacked(string file)
    {
        var full = System.IO.Path.Combine(Path, file);
        if (!ScenarioLoader.Exists(full)) return null;
        try
        {
            return new StreamReader(new GZipStream(File.OpenRead(full), CompressionMode.Decompress));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                [new(new(full, 0, 0), ProblemCodes.File, $"cannot be read: {exception.Message}")]);
        }
    }

    /// <summary>Zones of a saved /proc/zoneinfo.</summary>
    /// <exception cref="InputException">The file is there and cannot be read, or holds something else.</exception>
    public bool TryReadZoneinfo(string file, out ImmutableArray<ZoneinfoZone> zones)
    {
        zones = [];
        if (!TryRead(file, out var text)) return false;
        (zones, var problems) = ZoneinfoReader.Read(System.IO.Path.Combine(Path, file), text);
        return problems.IsEmpty ? true : throw new InputException(problems);
    }

    /// <exception cref="InputException">The file is there and cannot be read.</exception>
    public bool TryRead(string file, [NotNullWhen(true)] out string? text)
    {
        var full = System.IO.Path.Combine(Path, file);
        text = ScenarioLoader.Exists(full) ? ScenarioLoader.ReadWhole(full) : null;
        return text is not null;
    }
}
