using System.Runtime.CompilerServices;

namespace Numa.Core.Zones.Buddy;

/// <summary>The words of a zone's pages, in sections of 128 MiB that are made when first written.</summary>
/// <remarks>Memory follows use: 8 bytes a page where blocks were ever split, else 8 a section.</remarks>
internal sealed class PageSections(int pages)
{
    public const int Shift = 15;
    public const int Pages = 1 << Shift;
    public const int Mask = Pages - 1;

    private readonly ulong[]?[] _sections = new ulong[]?[unchecked((int)(((long)pages + Mask) >> Shift))];

    public int Count => _sections.Length;

    /// <summary>The section that holds the page, made if it does not exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong[] Of(int page)
    {
        unchecked
        {
            return _sections[(uint)page >> Shift] ?? Make(page);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ulong Word(int page) => ref Of(page)[page & Mask];

    /// <summary>The word of a page, without making its section.</summary>
    public ulong Peek(int page) => _sections[page >> Shift] is { } section ? section[page & Mask] : 0;

    /// <summary>A section by number, or null while all its blocks are whole.</summary>
    public ulong[]? At(int section) => _sections[section];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong[] Make(int page) => _sections[page >> Shift] = new ulong[Pages];
}
