using Numa.Core.Diagnostics;

namespace Numa.Cli.Exports;

/// <summary>A file that an option names: written whole or not at all.</summary>
internal sealed class OutputFile
{
    private readonly string _path;

    private OutputFile(string path) => _path = path;

    private string Temporary => $"{_path}.{Environment.ProcessId}.tmp";

    /// <summary>Makes sure, before any long work, that the file can be written.</summary>
    /// <returns>Null when no file was asked for.</returns>
    /// <exception cref="InputException">The path is a folder, or nothing can be written there.</exception>
    public static OutputFile? Check(string? path)
    {
        if (path is null) return null;
        if (Directory.Exists(path)) throw Unusable(path, "is a folder");
        var file = new OutputFile(path);
        try
        {
            File.WriteAllText(file.Temporary, "");
            File.Delete(file.Temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable(path, "cannot be written to: " + error.Message);
        }

        return file;
    }

    /// <summary>Writes beside the name first, then moves into place.</summary>
    /// <exception cref="InputException">It could not be written; what was there before is still there.</exception>
    public void Write(IEnumerable<string> lines)
    {
        try
        {
            File.WriteAllLines(Temporary, lines);
            File.Move(Temporary, _path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(_path, "cannot be written to: " + error.Message);
        }
        finally
        {
            File.Delete(Temporary);
        }
    }

    private static InputException Unusable(string path, string why) =>
        new([new Problem(new SourcePlace(path, 0, 0), "NUMA901", why)]);
}
