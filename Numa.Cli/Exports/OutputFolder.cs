using Numa.Core.Diagnostics;

namespace Numa.Cli.Exports;

/// <summary>The folder of <c>--out</c>: takes a set of files whole or not at all.</summary>
internal sealed class OutputFolder
{
    private readonly string _path;

    private OutputFolder(string path) => _path = path;

    /// <summary>Makes sure, before any long work, that the folder can be written to. It is left as it was: not there
    /// until there is something to write.</summary>
    /// <returns>Null when no folder was asked for.</returns>
    /// <exception cref="InputException">The path is a file, or cannot be created.</exception>
    public static OutputFolder? Check(string? path)
    {
        if (path is null) return null;
        if (File.Exists(path)) throw WriteFailure.At(path, "is a file; --out needs a folder");
        var probe = Temporary(path, "probe");
        List<string> missing = [];
        try
        {
            missing = Missing(path);
            Directory.CreateDirectory(path);
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(path, error, probe);
        }
        finally
        {
            foreach (var folder in missing.Where(IsEmpty)) Directory.Delete(folder);
        }

        return new(path);
    }

    /// <summary>Writes every file beside its name first, then moves all into place; says what it wrote.</summary>
    /// <exception cref="InputException">A file could not be written; none of them is left half written.</exception>
    public void Write(TextWriter log, params (string Name, string Content)[] files)
    {
        var written = new List<string>();
        try
        {
            Directory.CreateDirectory(_path);
            foreach (var (name, content) in files)
            {
                var temporary = Temporary(_path, name);
                written.Add(temporary);
                File.WriteAllText(temporary, content + "\n");
            }

            foreach (var (name, _) in files)
            {
                if (Directory.Exists(Path.Combine(_path, name))) throw new IOException($"{name} is a folder");
            }

            for (var i = 0; i < files.Length; i++)
            {
                var target = Path.Combine(_path, files[i].Name);
                var verb = File.Exists(target) ? "replaced" : "wrote";
                File.Move(written[i], target, overwrite: true);
                log.WriteLine($"{verb} {target}");
            }
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(_path, error, [.. written]);
        }
        finally
        {
            // Those that were moved are no longer there.
            foreach (var temporary in written.Where(File.Exists)) File.Delete(temporary);
        }
    }

    /// <summary>Folders on the way that are not there, the innermost first.</summary>
    private static List<string> Missing(string path)
    {
        var missing = new List<string>();
        for (var folder = path.Length == 0 ? null : Path.GetFullPath(path);
             folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            missing.Add(Path.TrimEndingDirectorySeparator(folder));
        }

        return missing;
    }

    private static bool IsEmpty(string folder) =>
        Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any();

    private static string Temporary(string folder, string name) =>
        Path.Combine(folder, $".{name}.{Environment.ProcessId}.tmp");
}
