namespace Numa.Cli.Commands;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The run or one of its checks failed, or the simulator is wrong.</summary>
    public const int Failed = 1;

    /// <summary>The command line or an input file cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>128 + SIGINT, as shells report it.</summary>
    public const int Interrupted = 130;
}
