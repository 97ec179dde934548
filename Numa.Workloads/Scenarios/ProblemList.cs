using Numa.Core.Diagnostics;

namespace Numa.Workloads.Scenarios;

/// <summary>Collects what is wrong with an input until all of it was read.</summary>
/// <remarks>Bounded: a text with more than <see cref="Limit"/> problems is wrong as a whole.</remarks>
internal sealed class ProblemList
{
    internal const int Limit = 200;
    private readonly List<Problem> _problems = [];

    internal bool IsEmpty => _problems.Count == 0;

    internal int Count => _problems.Count;

    /// <summary>In the order in which they were found.</summary>
    internal IReadOnlyList<Problem> All => _problems;

    internal void Add(SourcePlace at, string code, string message)
    {
        var problem = new Problem(at, code, message);
        if (_problems.Count < Limit && !_problems.Contains(problem)) _problems.Add(problem);
    }

    internal void Add(ProblemList others)
    {
        foreach (var problem in others._problems) Add(problem.At, problem.Code, problem.Message);
    }

    /// <summary>Says one thing in the place of all that only follows from it.</summary>
    internal void Replace(SourcePlace at, string code, string message)
    {
        _problems.Clear();
        Add(at, code, message);
    }

    /// <exception cref="InputException">There is at least one problem.</exception>
    internal void ThrowIfAny()
    {
        if (_problems.Count == 0) return;
        // As one reads: file by file, from top to bottom.
        var files = _problems.Select(problem => problem.At.File).Distinct().ToList();
        throw new InputException([.. _problems.OrderBy(problem => files.IndexOf(problem.At.File))
            .ThenBy(problem => problem.At.Line).ThenBy(problem => problem.At.Column)]);
    }
}
