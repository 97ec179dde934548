using System.Collections.Immutable;
using System.CommandLine;

namespace Numa.Cli.Commands;

/// <summary>A command with examples of its use.</summary>
internal abstract class NumaCommand(string name, string description) : Command(name, description)
{
    /// <summary>Command lines to copy, shown at the end of the help.</summary>
    public abstract ImmutableArray<string> Examples { get; }
}
