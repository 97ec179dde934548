using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.MemoryModels;

namespace Numa.Cli.Tables;

/// <summary>What the map of pages costs, which frames it describes, and what a look-up costs.</summary>
internal static class MemoryModelSheet
{
    public static string Of(MemoryLayout layout, MemoryModel model)
    {
        var text = new StringBuilder();
        var name = model.Kind switch
        {
            MemoryModelKind.Flat => "flat (FLATMEM): one array, holes included",
            MemoryModelKind.Discontiguous => "discontiguous (DISCONTIGMEM): an array for each node, its holes included",
            _ => "sparse (SPARSEMEM_VMEMMAP): descriptors for sections of 128 MiB that hold memory",
        };
        Line(text, $"Memory model {name}");
        var maps = string.Join(", ", model.Maps.Select(map => $"node {map.Node} {map.Pages}"));
        Line(text, $"  map of pages: {model.MapPages} pages ({Figures.Mebibytes(model.MapPages.Value)}): {maps}");
        if (model is SparseModel sparse)
        {
            var subsections = sparse.Subsections is { } count ? $"; {count} sub-sections of 2 MiB" : "";
            Line(text, $"  {sparse.Sections} sections hold memory{subsections}");
        }

        if (LargestHole(layout) is { } hole)
        {
            var middle = new PageFrameNumber((hole.Start.Value + hole.End.Value) / 2);
            var section = model.Section(middle) is { } number ? $", section {number}" : "";
            var answer = model.IsValid(middle) ? "true" : "false";
            Line(text, $"  pfn_valid({middle}) = {answer}: the middle of the largest hole, {hole.Start} to {
                hole.End}, {hole.Pages} pages{section}");
        }

        Line(text, $"  pfn_to_page: {Steps(model.PageSteps)}");
        Line(text, $"  pfn_valid: {Steps(model.ValidSteps)}");
        return text.ToString();
    }

    private static string Steps(ImmutableArray<string> steps) => steps.Length switch
    {
        0 => "no load: the frame's number is the index",
        1 => $"1 load: {steps[0]}",
        _ => $"{steps.Length} loads, each needing the one before: {string.Join(" > ", steps)}",
    };

    /// <summary>The largest run of frames below the last that no memory is behind.</summary>
    private static PageRange? LargestHole(MemoryLayout layout)
    {
        var (at, largest) = (new PageFrameNumber(0), default(PageRange));
        foreach (var region in layout.Memory)
        {
            var hole = new PageRange(at, PageFrameNumber.Ceiling(region.Start));
            if (hole.Pages > largest.Pages) largest = hole;
            at = PageFrameNumber.Floor(region.End);
        }

        return largest.Pages > PageCount.Zero ? largest : null;
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
