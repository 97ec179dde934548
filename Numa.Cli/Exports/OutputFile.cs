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
    /// <param name="mayReplace">A file that is there already may be lost: people do not work on what is
    /// written.</param>
    /// <returns>Null when no file was asked for.</returns>
    /// <exception cref="InputException">The path is a folder, or a file that may not be replaced, or nothing can be
    /// written there.</exception>
    public static OutputFile? Check(string? path, bool mayReplace)
    {
        if (path is null) return null;
        if (path.Length == 0) throw WriteFailure.At("''", "is no name of a file");
        if (Directory.Exists(path)) throw WriteFailure.At(path, "is a folder; expected a file");
        try
        {
            var file = new OutputFile(path);
            if (file.IsDevice) return file;
            // What a link leads to is written, and the link stays.
            if (new FileInfo(path).LinkTarget is not null)
                file = new(File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName);
            if (file.IsDevice) return file;
            if (!mayReplace && File.Exists(file._path))
            {
                throw WriteFailure.At(path,
                    "is there already and would be lost; expected another name, or delete the file before");
            }

            File.WriteAllText(file.Temporary, "");
            File.Delete(file.Temporary);
            return file;
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(path, error, new OutputFile(path).Temporary);
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
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(_path, error, Temporary);
        }
        finally
        {
            // Deleting in a folder that is gone would hide why nothing could be written.
            if (!IsDevice && File.Exists(Temporary)) File.Delete(Temporary);
        }
    }
}
