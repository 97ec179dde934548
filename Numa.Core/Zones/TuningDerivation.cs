using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Kernels;

namespace Numa.Core.Zones;

/// <summary>Says in words and numbers how marks, reserves and pageset sizes came about.</summary>
/// <remarks>Every line repeats a computation of <see cref="MemoryTuning"/> with the numbers that it had then.</remarks>
public static class TuningDerivation
{
    /// <summary>The life of vm.min_free_kbytes, a line for each event.</summary>
    public static IEnumerable<string> MinFree(MemoryTuning tuning) =>
        tuning.MinFreeSteps.Select(step => $"{Reason(tuning.Release, step)} => {step.After} KiB");

    /// <summary>Why huge pages did not raise min_free_kbytes; null when nothing keeps them from it.</summary>
    public static string? WithoutHugePages(MemoryTuning tuning) => tuning.Settings.HugePages == HugePageMode.Never
        ? "transparent huge pages are off: nothing more is kept free for them"
        : null;

    /// <summary>min, low, high and promo of a zone.</summary>
    public static IEnumerable<string> Marks(MemoryTuning tuning, ZoneId id)
    {
        var (release, marks) = (tuning.Release, tuning[id].Marks);
        var zone = ZoneOf(tuning.MarksFrom, id);
        var managed = zone.Managed.Value;
        var sharing = WatermarkRules.Sharing(release, tuning.MarksFrom).Value;
        var minPages = tuning.MinFreeKbytes >> 2;
        var share = sharing == 0 ? 0 : minPages * managed / sharing;
        var shareText = sharing == 0
            ? "share 0: no zone has pages"
            : $"{tuning.MinFreeKbytes} KiB / 4 = {minPages} pages x {managed} managed / {sharing} of all zones"
                + $" = {share}";
        if (WatermarkRules.IsClamped(release, id.Kind))
        {
            yield return $"share  {shareText}";
            yield return $"min    {managed} managed / 1024 = {managed / 1024}, within "
                + $"{WatermarkRules.LeastClampedMin} to {WatermarkRules.LargestClampedMin} = {marks.Min}";
        }
        else
        {
            yield return $"min    {shareText}";
        }

        if (release.Watermarks == WatermarkSpacing.QuarterOfMin)
        {
            yield return $"low    {marks.Min} + {share} / 4 = {marks.Low}";
            yield return $"high   {marks.Min} + {share} / 2 = {marks.High}";
            if (release.FairZonePolicy)
                yield return $"fair batch  high - low = {tuning[id].FairBatch} (NR_ALLOC_BATCH)";
            yield break;
        }

        var factor = tuning.Settings.WatermarkScaleFactor;
        var distance = Math.Max(share >> 2, managed * factor / 10000);
        yield return $"step   larger of {share} / 4 = {share >> 2} and {managed} managed x {factor} / 10000 = "
            + $"{managed * factor / 10000}: {distance}";
        yield return $"low    {marks.Min} + {distance} = {marks.Low}";
        yield return $"high   {marks.Min} + 2 x {distance} = {marks.High}";
        if (release.HasPromoMark) yield return $"promo  {marks.Min} + 3 x {distance} = {marks.Promo}";
    }

    /// <summary>The reserve of a zone against requests that may use a higher zone.</summary>
    public static IEnumerable<string> Reserves(MemoryTuning tuning, ZoneId id)
    {
        var ratio = LowmemReserve.RatioOf(tuning.Release, tuning.LowmemReserveRatio, id.Kind);
        foreach (var kind in tuning.Release.ZoneKinds.Where(kind => kind > id.Kind))
            yield return $"against {kind,-8} {Reserve(tuning, id, kind, ratio)}";
    }

    /// <summary>Batch and high mark of a zone's pagesets.</summary>
    public static string Pageset(MemoryTuning tuning, ZoneId id)
    {
        var size = tuning[id].Pageset;
        if (tuning.Settings.Pagesets is not null) return $"batch {size.Batch} and high {size.HighMin}, as given";
        var managed = ZoneOf(tuning.MarksFrom, id).Managed;
        var batch = $"batch from {managed} managed / 1024, at most {tuning.Release.BatchCapPages}, "
            + $"/ 4, rounded to a power of two less one: {size.Batch}";
        return tuning.Release.PagesetSizing == PagesetSizingRule.SixBatches
            ? $"{batch}; high 6 x batch or the fraction: {size.HighMin}"
            : $"{batch}; high {tuning[id].Marks.Low} low mark or the fraction, / CPUs of the node, at least 4 x batch: "
                + $"{size.HighMin} to {size.HighMax}";
    }

    private static string Reserve(MemoryTuning tuning, ZoneId id, ZoneKind kind, int ratio)
    {
        var above = tuning.ReservesFrom.Where(zone =>
            zone.Id.Node == id.Node && zone.Id.Kind > id.Kind && zone.Id.Kind <= kind).ToList();
        var pages = above.Sum(zone => zone.Managed.Value);
        var result = tuning[id].LowmemReserve[(int)kind];
        if (ratio == 0) return "the ratio is 0 = 0";
        var terms = string.Join(" + ", above.Select(zone => $"{zone.Managed} {zone.Id.Kind}"));
        if (!ZoneOf(tuning.ReservesFrom, id).IsPopulated) return $"the zone is empty = {result}";
        return above.Count switch
        {
            0 => $"nothing above = {result}",
            1 => $"{terms} / {ratio} = {result}",
            _ => $"({terms} = {pages}) / {ratio} = {result}",
        };
    }

    private static string Reason(KernelRelease release, MinFreeStep step)
    {
        var cap = $"at least {MinFreeKbytes.Floor}, at most {release.MinFreeCapKiB}";
        return step.Rule switch
        {
            MinFreeRule.Written => "written by hand",
            MinFreeRule.SquareRoot => $"square root of 16 x {step.BufferPages.Value * 4} KiB ({step.BufferPages} pages "
                + $"above the high marks) = {step.Wanted}, {cap}, and never below what was written",
            _ => $"transparent huge pages: {Order.PageblockPages} pages x {step.Zones} zones x (2 + 3 x 3) = "
                + $"{Order.PageblockPages * step.Zones * 11} pages, at most a twentieth of {step.BufferPages} = "
                + $"{step.BufferPages.Value / 20} pages: {step.Wanted} KiB, and not less than {step.Before}",
        };
    }

    private static ManagedZone ZoneOf(IEnumerable<ManagedZone> zones, ZoneId id)
    {
        var known = zones.FirstOrDefault(zone => zone.Id == id);
        return known.IsPopulated ? known : new(id, default, default);
    }
}
