using Numa.Core.Boot;
using Numa.Core.Diagnostics;

namespace Numa.Workloads.Importing;

/// <summary>Holds a described machine against the one that it was made of.</summary>
internal static class DraftCheck
{
    /// <summary>The machine boots to just these zones.</summary>
    public static bool Same(SyntheticMachine machine, MemoryLayout expected)
    {
        try
        {
            var zones = EarlyBoot.Run(machine).Zones;
            return zones.Length == expected.Zones.Length && zones.Zip(expected.Zones).All(pair =>
                pair.First.Id == pair.Second.Id && IsAlike(pair.First, pair.Second));
        }
        catch (InputException)
        {
            return false;
        }
    }

    private static bool IsAlike(ZoneLayout own, ZoneLayout zone) =>
        own.Start == zone.Start && own.Spanned == zone.Spanned && own.Present == zone.Present;

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
            // Zones that the map alone does not bring about cannot manage what was told: all of it is estimated then.
            var nodes = draft.Machine.Nodes.Select(node => node with { Managed = node.Managed.Clear() });
            draft = draft with { Machine = draft.Machine with { Nodes = [.. nodes] } };
            return Compare(draft.With("nodes", "Managed pages are left out, and estimated when the machine boots, as"
                + $" {error.Problems[0].Message}."), expected);
        }

        foreach (var zone in expected.Zones)
        {
            var own = layout.Zones.FirstOrDefault(one => one.Id == zone.Id);
            if (own is null) draft = draft.With("nodes", $"Zone {zone.Id} of the original cannot be described.");
            else if (!IsAlike(own, zone))
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
