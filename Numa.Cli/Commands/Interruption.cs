using Numa.Cli.Exports;

namespace Numa.Cli.Commands;

/// <summary>What is said when an experiment is interrupted before it has anything to show.</summary>
internal static class Interruption
{
    /// <summary>How to go on, where there is a folder to go on with.</summary>
    public static string Text(int missing, int all, ResultsFolder? folder) =>
        $"numa: interrupted after {all - missing} of {all} runs" + (folder is null
            ? "; nothing is kept without --out DIR"
            : $"; go on with the same command and --resume {folder.Location}");

    public static async Task<T> NamingFolder<T>(ResultsFolder? folder, Terminal terminal, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (folder is not null)
        {
            terminal.Error.WriteLine(
                $"numa: runs that had ended are kept; go on with the same command and --resume {folder.Location}");
            throw;
        }
    }
}
