using Numa.Core.Diagnostics;

namespace Numa.Cli.Exports;

/// <summary>A file that an option names: written whole or not at all.</summary>
internal sealed class OutputFile
{
    private readonly string _path;

    private OutputFile(string path) => _path = path;

    private string Temporary => $"{_path}.{Environment.ProcessId}.tmp";

    /// <summary>A device is written to; only a file is put in another's place.</summary>
    private bool IsDevice => _path.StartsWith("/dev/", StringComparison.Ordinal)
        || _path.StartsWith("/proc/", StringComparison.Ordinal);

    /// <summary>Makes sure, before any long work, that the file can be written.</summary>
    /// <returns>Null when no file was asked for.</returns>
    /// <exception cref="InputException">The path is a folder, or nothing can be written there.</exception>
    public static OutputFile? Check(string? path)
    {
        if (path is null) return null;
        if (path.Length == 0) throw Unusable("''", "is no name of a file");
        if (Directory.Exists(path)) throw Unusable(path, "is a folder");
        try
        {
            var file = new OutputFile(path);
            if (file.IsDevice) return file;
            // What a link leads to is written, and the link stays.
            if (new FileInfo(path).LinkTarget is not null)
                file = new(File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName);
            if (file.IsDevice) return file;
            File.WriteAllText(file.Temporary, "");
            File.Delete(file.Temporary);
            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable(path, "cannot be written to: " + error.Message);
        }
    }

    /// <summary>Writes beside the name first, then moves into place.</summary>
    /// <exception cref="InputException">It could not be written; what was there before is still there.</exception>
    public void Write(IEnumerable<string> lines)
    {
        try
        {
            if (IsDevice)
            {
                File.WriteAllLines(_path, lines);
                return;
            }

            File.WriteAllLines(Temporary, lines);
            File.Move(Temporary, _path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(_path, "cannot be written to: " + error.Message);
        }
        finally
        {
            if (!IsDevice) File.Delete(Temporary);
        }
    }

    private static InputException Unusable(string path, string why) =>
        new([new Problem(new SourcePlace(path, 0, 0), "NUMA901", why)]);
}
