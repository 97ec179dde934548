using System.Collections.Immutable;
using Numa.Core.Diagnostics;

namespace Numa.Core.Text;

/// <summary>Collects what could not be read in a log.</summary>
internal sealed class DmesgProblems(string file)
{
    /// <summary>A file that is no log at all has a fault in every line; nobody reads more of them than this.</summary>
    private const int Most = 100;

    private const int LongestQuote = 60;
    private readonly List<Problem> _problems = [];

    public ImmutableArray<Problem> All => [.. _problems];

    /// <summary>A line that begins as expected and then goes wrong.</summary>
    public void Malformed(KernelLogLine line, int position, string expected)
    {
        var rest = line.Text.AsSpan(Math.Min(position, line.Text.Length));
        var quote = rest.Length == 0 ? "the end of the line" : $"'{rest[..Math.Min(rest.Length, LongestQuote)]}'";
        Add(line, position, "NUMA201", $"found {quote}, expected {expected}");
    }

    public void Add(KernelLogLine line, int position, string code, string message) =>
        Add(new SourcePlace(file, line.Number, line.Column + position), code, message);

    public void AddWhole(string code, string message) => Add(new SourcePlace(file, 0, 0), code, message);

    /// <summary>Something that is missing from a line on.</summary>
    public void AddAt(int line, string code, string message) => Add(new SourcePlace(file, line, 1), code, message);

    private void Add(SourcePlace at, string code, string message)
    {
        if (_problems.Count < Most) _problems.Add(new(at, code, message));
    }
}
