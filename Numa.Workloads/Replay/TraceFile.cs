using System.Collections.Immutable;
using System.IO.Compression;
using Numa.Core.Diagnostics;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Replay;

/// <summary>Finds and opens the trace of a phase.</summary>
/// <remarks>Whether a file is packed, and which program printed it, is told by its content; the names only say which
/// files are traces.</remarks>
internal static class TraceFile
{
    /// <summary>Of several the first is read.</summary>
    private static readonly ImmutableArray<string> Names = ["trace.txt.gz", "trace.txt", "perf.txt.gz", "perf.txt"];

    private static readonly (byte[] Start, string What)[] Foreign =
    [
        ("PERFILE2"u8.ToArray(), "the data of perf record; expected the text that perf script prints of it"),
        ([0x17, 0x08, 0x44, .. "tracing"u8], "the data of trace-cmd; expected the text that trace-cmd report prints"),
        ([0x28, 0xb5, 0x2f, 0xfd], "a file packed by zstd; expected gzip or plain text"),
        ([0xfd, .. "7zXZ"u8], "a file packed by xz; expected gzip or plain text"),
    ];

    /// <summary>The names for messages.</summary>
    public static string Expected { get; } = string.Join(", ", Names);

    /// <summary>Path of the trace in a folder; null when there is none.</summary>
    public static string? In(string folder) =>
        Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(ScenarioLoader.Exists);

    /// <exception cref="InputException">The file cannot be opened, or is no text.</exception>
    public static TextReader Open(string path)
    {
        try
        {
            var stream = File.OpenRead(path);
            var start = new byte[10];
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            stream.Position = 0;
            if (Array.Find(Foreign, known => start.AsSpan().StartsWith(known.Start)).What is { } what)
            {
                stream.Dispose();
                throw new InputException([new(new(path, 0, 0), ProblemCodes.Trace, $"found {what}")]);
            }

            return new StreamReader(start is [0x1f, 0x8b, ..]
                ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                [new(new(path, 0, 0), ProblemCodes.File, $"cannot be read: {exception.Message}")]);
        }
    }
}
