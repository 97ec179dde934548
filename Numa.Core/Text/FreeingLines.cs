using Numa.Core.Boot;

namespace Numa.Core.Text;

/// <summary>What a log says about the kernel's own image: its parts, and what of it was freed.</summary>
internal static class FreeingLines
{
    private const long MostKiB = 1L << 40;
    private const string BootServices = "efi: Freeing EFI boot services memory";

    public static bool Read(KernelLogLine line, DmesgFacts facts, DmesgProblems log)
    {
        var text = line.Text;
        if (text.StartsWith("Memory: ", StringComparison.Ordinal)
            && text.Contains("kernel code", StringComparison.Ordinal))
        {
            facts.SawMemoryReport = true;
            facts.Image = facts.Image with
            {
                CodeKiB = Part(text, "kernel code"),
                DataKiB = Part(text, "data") + Part(text, "rwdata"),
                ReadOnlyDataKiB = Part(text, "rodata"),
                InitKiB = Part(text, "init"),
                BssKiB = Part(text, "bss"),
            };
            return true;
        }

        if (text.StartsWith("PM:", StringComparison.Ordinal)
            && text.Contains("egistered nosave", StringComparison.Ordinal))
        {
            facts.Image = facts.Image with { HasNosavePage = true };
            return true;
        }

        // Asking memblock for room to remember such a page tells as much, and is memblock's line to read.
        if (text.Contains(" register_nosave_region", StringComparison.Ordinal))
            facts.Image = facts.Image with { HasNosavePage = true };
        if (!text.StartsWith("Freeing ", StringComparison.Ordinal)
            && !text.StartsWith(BootServices, StringComparison.Ordinal)) return false;
        if (KindOf(text, facts) is not { } kind) return true;
        var scan = new LogScanner(text);
        scan.TrySkip("efi: ");
        if (!scan.TrySkipPast(": ") || !scan.TryNumber(out var size) || size is < 0 or > MostKiB
            || !(scan.TrySkip("K") || scan.TrySkip("k")))
        {
            log.Malformed(line, scan.Position, "a size such as '368K'");
            return true;
        }

        facts.LateFrees.Add(new(kind, size));
        return true;
    }

    private static LateFreeKind? KindOf(string text, DmesgFacts facts)
    {
        if (text.StartsWith(BootServices, StringComparison.Ordinal)) return LateFreeKind.EfiBootServicesByInitcall;
        if (text.StartsWith("Freeing initrd memory", StringComparison.Ordinal)) return LateFreeKind.Initrd;
        if (text.StartsWith("Freeing SMP alternatives", StringComparison.Ordinal)) return LateFreeKind.SmpAlternatives;
        if (!text.StartsWith("Freeing unused ", StringComparison.Ordinal)) return null;
        if (text.Contains("decrypted", StringComparison.Ordinal)) return LateFreeKind.DecryptedBss;
        if (text.Contains("text/rodata gap", StringComparison.Ordinal)) return LateFreeKind.TextGap;
        if (text.Contains("rodata/data gap", StringComparison.Ordinal)) return LateFreeKind.ReadOnlyDataGap;
        // Kernels before 5.0 print the same words for init and then for both gaps, in this order.
        return facts.LateFrees.Count(free => free.Kind >= LateFreeKind.Init) switch
        {
            0 => LateFreeKind.Init,
            1 => LateFreeKind.TextGap,
            2 => LateFreeKind.ReadOnlyDataGap,
            _ => null,
        };
    }

    /// <summary>The size before a word: <c>2228K kernel code, 414K rwdata</c>. Whole words only.</summary>
    private static long Part(string text, string word)
    {
        var at = text.IndexOf("K " + word, StringComparison.OrdinalIgnoreCase);
        var start = at;
        while (start > 0 && char.IsAsciiDigit(text[start - 1])) start--;
        if (start < 0 || start == at || !long.TryParse(text.AsSpan(start, at - start), out var size)) return 0;
        return Math.Min(size, MostKiB);
    }
}
