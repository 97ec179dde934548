using Numa.Core.Diagnostics;
using Numa.Workloads.WhatIf;

namespace Numa.Tests.Workloads.WhatIf;

/// <summary>What a write changes about a machine: the figures of the notes, and what rules make of a value.</summary>
public class WhatIfQuestionTests
{
    // The machine of the notes: 67584 KiB by transparent huge pages and 22900 without them; DMA32 gives HIGHUSER pages
    // down to 30181 + 1195 before kswapd is woken, and down to 30181 + 956 before direct reclaim.
    [Fact]
    public void The_machine_of_the_notes_with_and_without_huge_pages()
    {
        var answer = Ask("notes-32g.yaml", null, ("transparent_hugepage.enabled", "never"),
            ("vm.min_free_kbytes", "22900"));
        Assert.Equal((67584, 22900), Of(answer, FigurePart.Machine, "notes-32g", "min_free_kbytes, KiB"));
        Assert.Equal((956, 324), Of(answer, FigurePart.Mark, "0:DMA32", "min"));
        Assert.Equal((19912, 6746), Of(answer, FigurePart.Mark, "0:Normal", "low"));
        Assert.Equal((30181, 30181), Of(answer, FigurePart.Reserve, "0:DMA32", "reserve against Normal"));
        Assert.Equal((464142 - 30181 - 1195, 464142 - 30181 - 405),
            Of(answer, FigurePart.Room, "0:DMA32", "GFP_HIGHUSER_MOVABLE", RoomEnd.Kswapd));
        Assert.Equal((464142 - 30181 - 956, 464142 - 30181 - 324),
            Of(answer, FigurePart.Room, "0:DMA32", "GFP_HIGHUSER_MOVABLE", RoomEnd.DirectReclaim));
        Assert.Equal((956 + 15930 + 8, 324 + 5397 + 2), answer.KeptFree);
        Assert.Empty(answer.Notes);
        // No request can use all of DMA: what it may not touch has no room there.
        Assert.Equal((0, 0), Of(answer, FigurePart.Room, "0:DMA", "GFP_KERNEL", RoomEnd.DirectReclaim));
        Assert.DoesNotContain(answer.Figures, figure =>
            figure is { Of: "0:Normal", Kind.Name: "GFP_KERNEL|GFP_DMA32" });
    }

    [Fact]
    public void Totals_are_what_the_zones_of_a_list_give_together()
    {
        foreach (var machine in (string[])["notes-two-node.yaml", "small-node0.yaml", "qemu-2node-4g"])
        {
            var answer = Ask(machine, null, ("vm.min_free_kbytes", "90000"));
            foreach (var total in answer.Figures.Where(figure => figure.Part == FigurePart.Total))
            {
                // No shipped two-node machine here has a zone whose column hangs on the node.
                var rooms = answer.Figures.Where(figure =>
                    figure.Part == FigurePart.Room && figure.Kind == total.Kind && figure.End == total.End).ToList();
                if (rooms.Any(room => room.Name != total.Name)) continue;
                Assert.Equal((rooms.Sum(room => room.Now), rooms.Sum(room => room.With)), (total.Now, total.With));
            }
        }
    }

    [Theory]
    [InlineData("1GiB", 1048576)]
    [InlineData("64MiB", 65536)]
    [InlineData("4KiB", 4)]
    [InlineData("4711", 4711)]
    public void A_size_is_turned_into_the_unit_of_the_setting(string value, int kib)
    {
        var answer = Ask("notes-32g.yaml", null, ("vm.min_free_kbytes", value));
        Assert.Equal(kib, Of(answer, FigurePart.Machine, "notes-32g", "min_free_kbytes, KiB").With);
    }

    [Fact]
    public void A_value_that_a_rule_replaces_is_called_so()
    {
        var raised = Ask("notes-32g.yaml", null, ("vm.min_free_kbytes", "8192"),
            ("transparent_hugepage.enabled", "always"));
        Assert.Equal("vm.min_free_kbytes was written as 8192 and is 67584: transparent huge pages raised it",
            Assert.Single(raised.Notes));
        Assert.DoesNotContain(raised.Figures, figure => figure.Differs);

        var later = Ask("notes-32g.yaml", null, ("vm.min_free_kbytes", "8192"));
        Assert.Equal("vm.min_free_kbytes stays 8192 until transparent huge pages are switched on again: that raises it"
            + " to 67584", Assert.Single(later.Notes));
        var ratio = Ask("notes-32g.yaml", null, ("vm.lowmem_reserve_ratio", "0 16"));
        Assert.Equal("vm.lowmem_reserve_ratio was written as 0 16 and is 1 16 32: the kernel corrects it",
            Assert.Single(ratio.Notes));
        Assert.Empty(Ask("notes-32g.yaml", "6.1", ("vm.lowmem_reserve_ratio", "0 16")).Notes);
    }

    // Any number of KiB is taken as it is, in every release (spec: only the computed value is clamped).
    [Theory]
    [InlineData("4.4", 8134, 950265, 15818816)]
    [InlineData("6.12", 8134, 950265, 15818816)]
    public void Marks_beyond_the_memory_are_said_to_be_so(string kernel, int dma, int dma32, int normal)
    {
        var answer = Ask("notes-32g.yaml", kernel, ("vm.min_free_kbytes", "64GiB"));
        Assert.Equal((8 + 956 + 15930, 3973 + 464142 + 7726451), answer.KeptFree);
        Assert.True(answer.KeepsAll);
        Assert.Equal<string>(
        [
            "vm.min_free_kbytes is 67108864 KiB, more than the 32778264 KiB that the machine manages: no release limits it",
            $"the min mark is beyond all memory of 0:DMA ({dma} of 3973 pages), 0:DMA32 ({dma32} of 464142 pages), "
                + $"0:Normal ({normal} of 7726451 pages): requests that may reclaim get nothing there, and reclaim cannot "
                + "change that, so that they end in the OOM killer; atomic ones get what their flags take off the mark",
        ], answer.Notes);
        Assert.All(answer.Figures.Where(figure => figure.End is RoomEnd.Kswapd or RoomEnd.DirectReclaim),
            figure => Assert.Equal(0, figure.With));
    }

    [Fact]
    public void Of_marks_only_in_part_beyond_the_memory_the_highest_that_is_reached_counts()
    {
        var answer = Ask("notes-32g.yaml", "4.4", ("vm.min_free_kbytes", "28GiB"));
        Assert.Equal(7340031, answer.KeptFree.With);
        Assert.False(answer.KeepsAll);
        Assert.Equal("the high mark is beyond all memory of 0:DMA (5337 of 3973 pages), 0:DMA32 (623611 of 464142 pages), "
            + "0:Normal (10381098 of 7726451 pages): kswapd frees what it can and never has enough",
            Assert.Single(answer.Notes));
        Assert.EndsWith(" and 31 more: kswapd frees what it can and never has enough", Ask("epyc-32node.yaml", null,
            ("vm.min_free_kbytes", "400GiB")).Notes[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_refusal_is_told_with_the_kernels_reason()
    {
        var refused = Assert.Throws<InputException>(() => Ask("notes-32g.yaml", "6.1",
            ("vm.min_free_kbytes", "-1"), ("vm.watermark_scale_factor", "3001"), ("vm.numa_zonelist_order", "zone"),
            ("vm.percpu_pagelist_fraction", "8"), ("vm.min_free_kb", "8"), ("vm.min_free_kbytes", "5MB")));
        Assert.Equal(
        [
            "vm.min_free_kbytes=-1: error NUMA117: vm.min_free_kbytes is -1: expected 0 to 2147483647",
            "vm.watermark_scale_factor=3001: error NUMA117: vm.watermark_scale_factor is 3001: expected 1 to 3000",
            "vm.numa_zonelist_order=zone: error NUMA117: vm.numa_zonelist_order is 'zone': Linux 6.1 knows node order"
                + " only, expected default or node",
            "vm.percpu_pagelist_fraction=8: error NUMA117: Linux 6.1 has no vm.percpu_pagelist_fraction",
            "vm.min_free_kb=8: error NUMA102: unknown sysctl 'vm.min_free_kb'; did you mean 'vm.min_free_kbytes'?",
            "vm.min_free_kbytes=5MB: error NUMA117: vm.min_free_kbytes is '5MB': expected a whole number up to"
                + " 2147483647",
        ], refused.Problems.Select(problem => problem.ToString()));
    }

    private static WhatIfAnswer Ask(string machine, string? kernel, params (string, string)[] writes) =>
        new WhatIfQuestion([.. writes]).Ask(Boots.Machine(machine, kernel));

    private static (long? Now, long? With) Of(
        WhatIfAnswer answer, FigurePart part, string of, string name, RoomEnd? end = null)
    {
        var figure = Assert.Single(answer.Figures, figure =>
            figure.Part == part && figure.Of == of && figure.Name == name && figure.End == end);
        return (figure.Now, figure.With);
    }
}
