using Numa.Core.Processes;

namespace Numa.Actors.Pagesets;

/// <summary>What a CPU's actor hears beside replies (<see cref="ZoneVisit"/>) and <see cref="Signal"/>.</summary>
public static class PagesetProtocol
{
    /// <summary>A task to run, with exclusive ownership. It comes back to the sender at its end.</summary>
    public sealed record GiveTask(Signal Start);

    /// <summary>From itself: go on. Under the wall clock only.</summary>
    public sealed record RunFreely;

    /// <summary>Has the CPU anything to do? Under the wall clock only. Answer: <see cref="CpuActivity"/>.</summary>
    public sealed record AskActivity;

    /// <summary>Answers <see cref="AskActivity"/>; Heard counts replies and signals so far.</summary>
    public sealed record CpuActivity(int Cpu, bool IsIdle, long Heard);

    /// <summary>The run is over. Answer: <see cref="CpuClosed"/>; the CPU's state goes with it.</summary>
    public sealed record CloseCpu;

    /// <summary>Answers <see cref="CloseCpu"/>.</summary>
    public sealed record CpuClosed(CpuProcess Cpu, long Messages, long Decisions);
}
