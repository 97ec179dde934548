using System.Globalization;

namespace Numa.Core.Firmware;

/// <summary>What the firmware says about a range of physical addresses. The larger number wins where ranges
/// overlap.</summary>
/// <remarks>Source: <c>enum e820_type</c>, Linux arch/x86/include/asm/e820/types.h; ACPI 6.5 section 15.</remarks>
public enum E820Type : uint
{
    None = 0,
    Usable = 1,
    Reserved = 2,
    AcpiData = 3,
    AcpiNvs = 4,
    Unusable = 5,
    PersistentLegacy = 7,
    Persistent = 12,

    /// <summary>The kernel's own mark on boot data it must not touch early; becomes memory all the same.</summary>
    KernelReserved = 128,
    SoftReserved = 0xefffffff,
}

/// <summary>The words that kernels print for E820 types.</summary>
public static class E820Words
{
    private static readonly (E820Type Type, string Word)[] Words =
    [
        (E820Type.Usable, "usable"),
        (E820Type.Reserved, "reserved"),
        (E820Type.AcpiData, "ACPI data"),
        (E820Type.AcpiNvs, "ACPI NVS"),
        (E820Type.Unusable, "unusable"),
        (E820Type.PersistentLegacy, "persistent (type 7)"),
        (E820Type.Persistent, "persistent (type 12)"),
        (E820Type.SoftReserved, "soft reserved"),
    ];

    /// <summary>The word that the kernel prints for a type.</summary>
    public static string WordFor(E820Type type)
    {
        if (type == E820Type.KernelReserved) return "usable";
        foreach (var (known, word) in Words)
        {
            if (known == type) return word;
        }

        return string.Create(CultureInfo.InvariantCulture, $"type {(uint)type}");
    }

    /// <summary>Reads a printed type; <c>type N</c> gives type N.</summary>
    public static bool TryParse(string text, out E820Type type)
    {
        foreach (var (known, word) in Words)
        {
            if (!text.Equals(word, StringComparison.OrdinalIgnoreCase)) continue;
            type = known;
            return true;
        }

        type = E820Type.None;
        if (!text.StartsWith("type ", StringComparison.Ordinal)) return false;
        var isNumber = uint.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        type = (E820Type)number;
        return isNumber && number != 0;
    }
}
