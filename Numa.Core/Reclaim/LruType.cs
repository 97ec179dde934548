namespace Numa.Core.Reclaim;

/// <summary>What a page that reclaim may take holds: that decides where its content goes.</summary>
public enum LruType : byte
{
    /// <summary>A program's own memory: taken only when it can be written to swap.</summary>
    Anonymous,

    /// <summary>Page cache: content of a file, written back if it was changed.</summary>
    File,
}
