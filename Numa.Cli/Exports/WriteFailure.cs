using Numa.Core.Diagnostics;

namespace Numa.Cli.Exports;

/// <summary>Says why a file or folder could not be written, in words about what the user named.</summary>
internal static class WriteFailure
{
    /// <summary>Code of a place for output that cannot be used.</summary>
    private const string Code = "NUMA901";

    public static InputException At(string path, string why) => new([new Problem(new(path, 0, 0), Code, why)]);

    /// <param name="path">What the user named.</param>
    /// <param name="temporary">What was written in its place; it is nothing to speak of.</param>
    public static InputException At(string path, Exception error, params string[] temporary) =>
        At(path, "cannot be written to: " + Why(path, error, temporary));

    public static bool Is(Exception error) =>
        error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private static string Why(string path, Exception error, string[] temporary)
    {
        if (error is UnauthorizedAccessException) return "permission denied";
        if (error is not (DirectoryNotFoundException or FileNotFoundException))
        {
            return temporary.Aggregate(error.Message, (message, name) =>
                message.Replace(Path.GetFullPath(name), path, StringComparison.Ordinal)
                    .Replace(name, path, StringComparison.Ordinal)).ReplaceLineEndings(" ");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        for (var above = folder; above is not null; above = Path.GetDirectoryName(above))
        {
            if (File.Exists(above)) return $"{above} is a file, not a folder";
        }

        return Directory.Exists(folder) ? "nothing can be made there, or it is gone" : $"there is no folder {folder}";
    }
}
