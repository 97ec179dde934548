using Numa.Core.Addressing;

namespace Numa.Core.Text;

/// <summary>What a log says about nodes: the SRAT's CPUs and memory, fake nodes, and the memory of each.</summary>
internal static class NodeLines
{
    public static bool Read(KernelLogLine line, DmesgFacts facts, DmesgProblems log)
    {
        var scan = new LogScanner(line.Text);
        if (ReadRange(line, facts)) return true;
        scan.TrySkip("ACPI: ");
        if (scan.TrySkip("SRAT: PXM ")) return ReadCpu(line, scan, facts, log);
        if (scan.TrySkip("SRAT: Node ")) return ReadMemory(line, scan, facts, log);
        if (line.Text.StartsWith("numa_emulation: ", StringComparison.Ordinal)
            && (line.Text.EndsWith(" failing", StringComparison.Ordinal)
                || line.Text.EndsWith("disabling emulation", StringComparison.Ordinal)))
        {
            // The emulation gave up half way: the real nodes are used.
            facts.FakeNodes.Clear();
            return true;
        }

        return scan.TrySkip("Faking node ") && ReadFake(line, scan, facts, log);
    }

    /// <summary>Reads <c>  node   0: [mem 0x1000-0x9efff]</c> under its heading.</summary>
    private static bool ReadRange(KernelLogLine line, DmesgFacts facts)
    {
        var isHeading = line.Text == "Early memory node ranges";
        var scan = new LogScanner(line.Text);
        scan.SkipSpaces();
        var isRange = facts.IsListingNodeRanges && scan.TrySkip("node ");
        facts.IsListingNodeRanges = isHeading || isRange;
        if (!isRange) return isHeading;
        scan.SkipSpaces();
        if (scan.TryNumber(out var node) && node is >= 0 and < NodeId.MaxCount && scan.TrySkip(":")
            && TryRange(ref scan, out var start, out var end))
        {
            facts.NodeRanges.Add(new(new((int)node), start, end));
        }

        return true;
    }

    private static bool ReadCpu(KernelLogLine line, LogScanner scan, DmesgFacts facts, DmesgProblems log)
    {
        if (scan.TryNumber(out var domain) && domain is >= 0 and <= int.MaxValue
            && scan.TrySkip(" -> APIC ") && scan.TryHex(out var apic) && apic <= uint.MaxValue
            && scan.TrySkip(" -> Node ") && scan.TryNumber(out var node) && node is >= 0 and < NodeId.MaxCount)
        {
            facts.Cpus.Add(new((int)domain, (uint)apic, new((int)node)));
        }
        else
        {
            log.Malformed(line, scan.Position, "a line such as 'SRAT: PXM 0 -> APIC 0x00 -> Node 0'");
        }

        return true;
    }

    private static bool ReadMemory(KernelLogLine line, LogScanner scan, DmesgFacts facts, DmesgProblems log)
    {
        if (scan.TryNumber(out var node) && node is >= 0 and < NodeId.MaxCount
            && scan.TrySkip(" PXM ") && scan.TryNumber(out var domain) && domain is >= 0 and <= int.MaxValue
            && TryRange(ref scan, out var start, out var end))
        {
            var rest = scan.Rest;
            facts.Memory.Add(new(new((int)node), (int)domain, start, end,
                rest.Contains(" hotplug", StringComparison.Ordinal),
                rest.Contains(" non-volatile", StringComparison.Ordinal)));
        }
        else
        {
            log.Malformed(line, scan.Position, "a line such as 'SRAT: Node 0 PXM 0 [mem 0x00100000-0x7fffffff]'");
        }

        return true;
    }

    private static bool ReadFake(KernelLogLine line, LogScanner scan, DmesgFacts facts, DmesgProblems log)
    {
        if (scan.TryNumber(out var node) && node is >= 0 and < NodeId.MaxCount && scan.TrySkip(" at")
            && TryRange(ref scan, out var start, out var end))
        {
            facts.FakeNodes.Add(new(new((int)node), start, end));
        }
        else
        {
            log.Malformed(line, scan.Position, "a line such as 'Faking node 0 at [mem 0x1000-0x40000fff] (1024MB)'");
        }

        return true;
    }

    /// <summary>Reads <c> [mem 0xa-0xb]</c>, or <c> 0-a</c> as kernels before 3.5 wrote it with an exclusive
    /// end.</summary>
    private static bool TryRange(ref LogScanner scan, out ulong start, out ulong end)
    {
        start = end = 0;
        if (!scan.TrySkip(" ")) return false;
        var isInclusive = scan.TrySkip("[mem ");
        if (!scan.TryRange(out start, out end) || end < start || end == ulong.MaxValue) return false;
        if (isInclusive) end++;
        return start < end;
    }
}
