using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Allocation;
using Numa.Core.Diagnostics;
using Numa.Core.Processes;
using Numa.Core.Rounds;
using Numa.Core.Time;
using Numa.Core.Zones;
using Numa.Core.Zones.Pagesets;
using Numa.Workloads.Explaining;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Stress;

namespace Numa.Tests.Workloads.Explaining;

/// <summary>Which zone serves a request, and what was compared on the way.</summary>
public class AllocationQuestionTests
{
    // A mark of M: an ordinary request needs more than M pages, HIGH more than half of it, and ATOMIC more than three
    // fourths of that half. The fast path is out of reach, as low lies above them all.
    [Theory]
    [InlineData("6.1", "GFP_KERNEL", false, false)]
    [InlineData("6.1", "GFP_KERNEL|__GFP_HIGH", true, false)]
    [InlineData("6.1", "GFP_ATOMIC", true, true)]
    [InlineData("4.4", "GFP_NOWAIT", false, true)]
    [InlineData("6.1", "GFP_NOWAIT", false, false)]
    public void Urgency_lowers_the_min_mark(string kernel, string gfp, bool byHalf, bool byQuarter)
    {
        var machine = Boot(kernel);
        var min = machine.Image.Zones.Single(zone => zone.Id.ToString() == "1:Normal").Tuning.Marks.Min.Value;
        var needs = byHalf ? min - min / 2 : min;
        if (byQuarter) needs -= needs / 4;
        var refused = Ask(machine, gfp + "|__GFP_THISNODE", free: $"1:Normal={needs}", node: 1);
        Assert.Null(refused.Zone);
        Assert.Equal(gfp.StartsWith("GFP_KERNEL", StringComparison.Ordinal)
            ? FailureKind.NeedsReclaim : FailureKind.NoPage, refused.Failure);

        var served = Ask(machine, gfp + "|__GFP_THISNODE", free: $"1:Normal={needs + 1}", node: 1);
        Assert.Equal("1:Normal", served.Zone.ToString());
        Assert.Equal([WatermarkLevel.Low, WatermarkLevel.Min], served.Passes.Select(pass => pass.Level).Distinct());
        var terms = served.Passes[^1].Steps[^1].Check!.Value;
        Assert.Equal((min, needs, needs + 1), (terms.Mark, terms.Lowered, terms.Free));
    }

    // 3900 free pages of DMA are plenty for GFP_DMA, and none of them is for GFP_KERNEL.
    [Fact]
    public void The_lowmem_reserve_keeps_DMA_from_ordinary_requests()
    {
        var machine = Boot("4.4", "notes-32g.yaml");
        ImmutableArray<(string, string)> free = [("0:Normal", "0"), ("0:DMA32", "0"), ("0:DMA", "3900")];
        var kernel = new AllocationQuestion("GFP_KERNEL", 0, null, null, null, free).Ask(machine);
        var refused = kernel.Passes[0].Steps.Single(step => step.Zone.Kind == ZoneKind.DMA).Check!.Value;
        Assert.Equal((3900, 31994), (refused.Free, refused.Reserve));
        Assert.Equal(ZoneVerdict.BelowWatermark, refused.Verdict.Verdict);
        Assert.Null(kernel.Zone);

        var dma = new AllocationQuestion("GFP_DMA", 0, null, null, null, free).Ask(machine);
        Assert.Equal("0:DMA", dma.Zone.ToString());
        Assert.Equal(0, dma.Passes[0].Steps[0].Check!.Value.Reserve);
    }

    // The local Normal zone holds small Unmovable blocks only. A Movable request rather takes DMA32 than mix types, and
    // rather mixes types than go to the other node.
    [Theory]
    [InlineData(100_000, "0:DMA32", 1)]
    [InlineData(0, "0:Normal", 2)]
    public void Other_nodes_come_after_mixed_types(long dma32, string zone, int passes)
    {
        var machine = Boot("6.1");
        var image = machine.Image;
        var slot = image.SlotOf(new(new(0), ZoneKind.Normal));
        var normal = image.Zones[slot];
        ImmutableArray<long> blocks = 
            [.. Enumerable.Range(0, 2000).Select(i => normal.Start.Value + 1024 * (i / 16) + 64 * (i % 16))];
        var state = new ZoneState([new(5, Migratetype.Unmovable, blocks)], 64_000, 0, false, 0, 0,
            [.. Enumerable.Repeat(PagesetState.Empty, image.Cpus.CpuCount)]);
        var zones = image.Zones.SetItem(slot, normal with { State = state });
        machine = machine with { Image = image with { Zones = zones } };

        var walk = new AllocationQuestion("GFP_HIGHUSER_MOVABLE", 0, null, 0, null,
            [("0:DMA32", $"{dma32}"), ("0:DMA", "0")]).Ask(machine);
        Assert.Equal((zone, passes), (walk.Zone.ToString(), walk.Passes.Length));
        var first = walk.Passes[0].Steps[0];
        Assert.True(first.Check!.Value.Verdict.Passes);
        Assert.Equal(0, first.Source!.Taken);
        if (passes == 1) return;
        Assert.Equal(ZoneSkip.RemoteWhileAvoidingFragmentation, walk.Passes[0].Steps[^1].Skipped);
        Assert.Equal((5, Migratetype.Unmovable), walk.Passes[1].Steps[0].Source!.From);
    }

    [Fact]
    public void The_fair_pass_ends_at_the_next_node()
    {
        var walk = Ask(Boot("4.4"), "GFP_KERNEL", free: "0:Normal=low");
        Assert.Equal(AllocationFlags.Fair, walk.Passes[0].Flags & AllocationFlags.Fair);
        Assert.Equal("0:DMA32", walk.Zone.ToString());

        var beyond = new AllocationQuestion("GFP_KERNEL", 0, null, 0, null,
            [("0:Normal", "low"), ("0:DMA32", "low"), ("0:DMA", "low")]).Ask(Boot("4.4"));
        Assert.Equal(ZoneSkip.RemoteInFairPass, beyond.Passes[0].Steps[^1].Skipped);
        Assert.Equal((2, "1:Normal"), (beyond.Passes.Length, beyond.Zone.ToString()));
    }

    [Fact]
    public void A_policy_leaves_nodes_out()
    {
        var walk = new AllocationQuestion("GFP_KERNEL", 0, null, 0, "bind:1", []).Ask(Boot("4.9"));
        Assert.Equal("1:Normal", walk.Zone.ToString());
        Assert.Equal([ZoneSkip.NodeNotAllowed, ZoneSkip.NodeNotAllowed, ZoneSkip.NodeNotAllowed, null],
            walk.Passes[0].Steps.Select(step => step.Skipped));
        var low = new AllocationQuestion("GFP_DMA32", 0, null, 0, "bind:1", []);
        Assert.Single(low.Notes(low.Ask(Boot("4.9"))));
    }

    // Goal: explaining changes nothing. Method: under every release, the same request made without anybody watching
    // gets the same frame, and what the walk says of it adds up.
    [Theory]
    [InlineData("GFP_KERNEL", 0)]
    [InlineData("GFP_HIGHUSER_MOVABLE", 0)]
    [InlineData("GFP_ATOMIC", 3)]
    [InlineData("GFP_TRANSHUGE", 9)]
    [InlineData("GFP_USER", 10)]
    public void The_walk_is_that_of_an_ordinary_run(string gfp, int order)
    {
        foreach (var release in Numa.Core.Kernels.KernelRelease.Known)
        {
            var machine = Boot(release.Name);
            var walk = new AllocationQuestion(gfp, order, null, 0, null, []).Ask(machine);
            var task = new FillTask(new(0), "one", new(0), walk.Request, 1, new(VirtualDuration.Zero, new(0)));
            var plan = new SimulationPlan(machine.Image, [task], CostModel.Default, VirtualInstant.Never, []);
            new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount)).Run();
            Assert.Equal(task.LiveBlocks().Single().Frame, walk.Frame.Value);

            var step = walk.Passes[^1].Steps[^1];
            var terms = step.Check!.Value;
            Assert.True(terms.Verdict.Passes && terms.Free - terms.Unusable > terms.Lowered + terms.Reserve);
            var from = step.Source!.From!.Value;
            Assert.True(from.Order >= order && step.Source.Taken == step.Source.Asked);
            Assert.Equal(from.Type == walk.Request.Type, step.Source.Fallbacks == 0);
        }
    }

    [Theory]
    [InlineData("0xcc0", "6.1", GfpFlags.GfpKernel)]
    [InlineData("0x820(GFP_KERNEL)", "6.1", GfpFlags.GfpKernel)]
    [InlineData("GFP_KERNEL|__GFP_NOTRACK", "4.4", GfpFlags.GfpKernel)]
    public void Flags_are_read_as_kernels_print_them(string text, string kernel, GfpFlags flags) =>
        Assert.Equal(flags, Ask(Boot(kernel), text).Request.Gfp);

    [Theory]
    [InlineData("GFP_KERNAL", "did you mean 'GFP_KERNEL'?")]
    [InlineData("0xcc0", "Linux 4.4 numbers gfp flags in its own way")]
    [InlineData("GFP_DMA|GFP_DMA32", "only one of")]
    public void Flags_that_mean_nothing_are_refused(string gfp, string problem) => Assert.Contains(problem,
        Assert.Single(Assert.Throws<InputException>(() => Ask(Boot("4.4"), gfp)).Problems).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Everything_wrong_is_said_at_once()
    {
        var question = new AllocationQuestion("GFP_X", 0, null, 9, "bind:7", [("3:Normal", "1"), ("Normal", "1")]);
        var codes = Assert.Throws<InputException>(() => question.Ask(Boot("4.4"))).Problems.Select(known => known.Code);
        Assert.Equal([ProblemCodes.Word, ProblemCodes.Word, ProblemCodes.Cpus, ProblemCodes.Nodes, ProblemCodes.Memory],
            codes.Order());
        var more = Assert.Throws<InputException>(() => Ask(Boot("4.4"), "GFP_KERNEL", free: "0:DMA=4000"));
        Assert.Contains("has 3973 free pages", Assert.Single(more.Problems).Message, StringComparison.Ordinal);
    }

    private static AllocationWalk Ask(BootedMachine machine, string gfp, string? free = null, int? node = null) =>
        new AllocationQuestion(gfp, 0, node, null, null,
            free?.Split('=') is [var zone, var pages] ? [(zone, pages)] : []).Ask(machine);

    private static BootedMachine Boot(string kernel, string? machine = null)
    {
        Setting[] settings = [new("--kernel", "kernel", kernel)];
        var file = machine is null
            ? ScenarioParser.ParseMachine("pair.yaml", [.. settings, new("--set", "vm.min_free_kbytes", "8192")],
                (path, _) => new(path, ScenarioTexts.Machine))
            : ScenarioLoader.LoadMachine(Path.Combine(ScenarioTexts.Configs, "machines", machine), settings);
        return MachineBoot.Boot(file.Machine, file.Boot, []);
    }
}
