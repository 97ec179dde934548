namespace Numa.Core.Diagnostics;

/// <summary>An input cannot be used. Carries every problem found, never only the first.</summary>
public sealed class InputException(IReadOnlyList<Problem> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<Problem> Problems { get; } = problems;
}
