using Numa.Core.Addressing;

namespace Numa.Core.Zones;

/// <summary>What the tuning of a zone is computed from.</summary>
/// <param name="Present">Pages that exist.</param>
/// <param name="Managed">Pages that the buddy allocator manages at this moment.</param>
public readonly record struct ManagedZone(ZoneId Id, PageCount Present, PageCount Managed)
{
    public bool IsPopulated => Present > PageCount.Zero;
}
