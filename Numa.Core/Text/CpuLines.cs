using Numa.Core.Addressing;

namespace Numa.Core.Text;

/// <summary>What a log says about CPUs: how many, and on which node each was started.</summary>
internal static class CpuLines
{
    /// <summary>The largest NR_CPUS of x86-64.</summary>
    private const long MostCpus = 8192;

    public static bool Read(KernelLogLine line, DmesgFacts facts, DmesgProblems log)
    {
        var scan = new LogScanner(line.Text);
        scan.TrySkip("x86: ");
        scan.TrySkip("smpboot: ");
        scan.TrySkip("smp: ");
        scan.TrySkip("CPU topo: ");
        if (scan.TrySkip("Allowing "))
        {
            if (TryCount(ref scan, out var allowed)) facts.AllowedCpus = allowed;
            else log.Malformed(line, scan.Position, "a number of CPUs from 1 to 8192");
            return true;
        }

        if (scan.TrySkip("Brought up ")) return ReadBroughtUp(line, scan, facts, log);
        scan.SkipSpaces();
        if (scan.TrySkip(".... node ") || scan.TrySkip("Booting Node ")) return ReadStart(line, scan, facts, log);
        return false;
    }

    /// <summary>Reads <c>2 nodes, 4 CPUs</c>, or <c>4 CPUs</c> as older kernels say.</summary>
    private static bool ReadBroughtUp(KernelLogLine line, LogScanner scan, DmesgFacts facts, DmesgProblems log)
    {
        if (TryCount(ref scan, out var count))
        {
            if (!scan.Rest.StartsWith(" node", StringComparison.Ordinal))
            {
                facts.OnlineCpus = count;
                return true;
            }

            if (scan.TrySkipPast(", ") && TryCount(ref scan, out count))
            {
                facts.OnlineCpus = count;
                return true;
            }
        }

        log.Malformed(line, scan.Position, "a number of CPUs, such as '2 nodes, 4 CPUs'");
        return true;
    }

    /// <summary>Reads <c> #1, CPUs:      #2 #3</c>, or <c>  1, Processors  #2</c> as older kernels say.</summary>
    private static bool ReadStart(KernelLogLine line, LogScanner scan, DmesgFacts facts, DmesgProblems log)
    {
        scan.SkipSpaces();
        scan.TrySkip("#");
        if (!scan.TryNumber(out var node) || node is < 0 or >= NodeId.MaxCount)
        {
            log.Malformed(line, scan.Position, "the number of a node");
            return true;
        }

        while (scan.TrySkipPast("#"))
        {
            if (scan.TryNumber(out var cpu) && cpu is >= 0 and < MostCpus)
                facts.AnnouncedCpus[new((int)cpu)] = new NodeId((int)node);
            else
                log.Malformed(line, scan.Position, "the number of a CPU");
        }

        return true;
    }

    private static bool TryCount(ref LogScanner scan, out int count)
    {
        var isCount = scan.TryNumber(out var number) && number is > 0 and <= MostCpus;
        count = isCount ? (int)number : 0;
        return isCount;
    }
}
