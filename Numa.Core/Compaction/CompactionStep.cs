namespace Numa.Core.Compaction;

/// <summary>What a compaction tells its zone, as it begins, goes on or ends.</summary>
/// <param name="HeedsDeferral">It may be left out, if others failed of late.</param>
/// <param name="Result">As it ends: what came of it.</param>
/// <param name="HasScanned">As it ends: the scanners have moved.</param>
/// <param name="GotPage">As it ends: an allocation got a page of it.</param>
public readonly record struct CompactionStep(
    CompactionPriority Priority, bool HeedsDeferral = false, CompactionResult Result = CompactionResult.Skipped,
    bool HasScanned = false, bool GotPage = false);
