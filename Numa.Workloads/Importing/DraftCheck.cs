using Numa.Core.Boot;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Importing;

/// <summary>Holds a described machine against the one that it was made of.</summary>
internal static class DraftCheck
{
    /// <returns>The draft, with a remark for each zone that comes out otherwise.</returns>
    public static MachineDraft Compare(MachineDraft draft, MemoryLayout expected)
    {
        MemoryLayout layout;
        try
        {
            layout = EarlyBoot.Run(draft.Machine);
        }
        catch (InputException error)
        {
            // Zones that the map alone does not bring about cannot have the managed pages that were told.
            return draft.With("nodes", $"This machine does not boot as described: {error.Problems[0].Message}.");
        }

        foreach (var zone in expected.Zones)
        {
            var own = layout.Zones.FirstOrDefault(one => one.Id == zone.Id);
            if (own is null) draft = draft.With("nodes", $"Zone {zone.Id} of the original cannot be described.");
            else if (own.Start != zone.Start || own.Spanned != zone.Spanned || own.Present != zone.Present)
            {
                draft = draft.With("nodes", $"Zone {zone.Id} comes out otherwise: {own.Present} pages present of"
                    + $" {own.Spanned} from frame {own.Start}; the original has {zone.Present} of {zone.Spanned} from"
                    + $" frame {zone.Start}.");
            }
        }

        return layout.Zones.Where(own => expected.Zones.All(zone => zone.Id != own.Id))
            .Aggregate(draft, (now, own) => now.With("nodes", $"Zone {own.Id} is not in the original."));
    }
}
