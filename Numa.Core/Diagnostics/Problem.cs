namespace Numa.Core.Diagnostics;

/// <summary>A place in a text that a user wrote.</summary>
/// <remarks>Line and column count from 1; 0 stands for "the file as a whole".</remarks>
public readonly record struct SourcePlace(string File, int Line, int Column)
{
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}

/// <summary>Something wrong with an input, and what was expected instead.</summary>
/// <param name="Code">Stable code, NUMA followed by three digits.</param>
/// <param name="Message">What was found, what was expected, with both values.</param>
public sealed record Problem(SourcePlace At, string Code, string Message)
{
    public override string ToString() => $"{At}: error {Code}: {Message}";
}
