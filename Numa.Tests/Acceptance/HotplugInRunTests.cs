using System.Globalization;
using System.Text;
using Numa.Core.Addressing;
using Numa.Core.Hotplug;
using Numa.Core.Rounds;
using Numa.Core.Text;
using Numa.Core.Zones;
using Numa.Tests.Workloads.Verification;
using Numa.Workloads.Experiments;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Verification;

namespace Numa.Tests.Acceptance;

// Goal: what was done to a real machine's memory, done in a run, leaves after each step what the kernel then printed.
// Method: the steps up to each folder of the capture are events of a scenario; what zones and CPUs of the finished run
// know, and what lies on the free lists, is held against the folder. Only a machine that does nothing else is compared:
// the kernel's own processes had some blocks of the plugged memory, which are left out on both sides.
public class HotplugInRunTests
{
    [Theory]
    [InlineData("6.1-hotplug", 11)]
    [InlineData("6.12-hotplug", 15)]
    public void Each_step_of_a_real_machine_comes_out_in_a_run(string truth, int folders)
    {
        using var capture = new HotplugCapture(truth);
        var source = new CaptureFolder(capture.Folder);
        var events = new List<string>();
        var plugged = new Dictionary<int, MemoryBlock>();
        foreach (var block in MemoryBlockRecord.Read(source, MemoryBlockRecord.File)!.Blocks)
            plugged[block.Number] = block;
        // Whoever saved the machine read this setting, at which the kernel computes the reserves anew.
        Add(events, "set: {vm.lowmem_reserve_ratio: 256 256 32 0 0}");
        var done = 0;
        var seen = 0;
        foreach (var folder in HotplugFolder.In(source))
        {
            Follow(source, folder, plugged, events, ref done);
            var loop = Run(capture.Folder, events);
            Compare(source, folder, loop, [.. plugged.Values]);
            seen++;
        }

        Assert.Equal(folders, seen);
        Assert.Equal(HotplugFolder.WritesIn(source).Sum(step => step.Count()), done);
    }

    // The program holds pages of the Movable zone when it is to go offline: each block that holds some stays, and is as
    // it was; the others go.
    [Fact]
    public async Task What_a_task_holds_keeps_its_block_online()
    {
        var run = await Runs.OfAsync("hotplug");
        Assert.Equal(9, run.Result.Events.Length);
        Assert.All(run.Result.Events, happening => Assert.True(happening.Reached));
        Assert.All(run.Result.Events.Take(8), happening => Assert.Empty(happening.Memory!.Refused));
        Assert.Equal([0, 0, 0, 1, 1, 0, 0, 1, 0], run.Result.Events.Select(happening => happening.Rebuilds));
        Assert.Equal(3, run.Result.ZonelistRebuilds);
        var last = run.Result.Events[^1];
        var refused = Assert.Single(last.Memory!.Refused);
        Assert.Contains("from 0x180000 to 0x188000 holds ", refused, StringComparison.Ordinal);
        Assert.Equal((7, 7 * 32768L), (last.Memory.Blocks, last.Memory.Pages));
        Assert.Contains("; refused: ", last.Text, StringComparison.Ordinal);

        // What is left of the zone is whole: free, on lists, or the program's.
        var movable = run.Zone("1:Movable");
        Assert.Equal(32768, movable.ManagedPages);
        Assert.Equal(32768, movable.FreePages + movable.PagesetPages + movable.TaskPages);
        Assert.True(movable.TaskPages > 1000);
        Assert.Equal("1:Movable 1:Normal 0:DMA32 0:DMA", run.Result.Events[7].Walks[1].After);
    }

    /// <summary>Adds as events what was done between the folder before and this one.</summary>
    private static void Follow(CaptureFolder source, HotplugFolder folder, Dictionary<int, MemoryBlock> plugged,
        List<string> events, ref int done)
    {
        var record = MemoryBlockRecord.Read(source, Path.Combine(folder.Name, MemoryBlockRecord.File));
        foreach (var block in record?.Blocks.Where(block => !plugged.ContainsKey(block.Number)) ?? [])
        {
            plugged[block.Number] = block;
            Add(events, $"hotAdd: {{node: {block.Node}, {Range(block)}}}");
        }

        var writes = HotplugFolder.WritesIn(source).SelectMany(step => step.Select(write => (step.Key, write)))
            .OrderBy(write => write.Key).ToList();
        var ofStep = 0;
        while (done < writes.Count && writes[done].Key <= folder.Step)
        {
            if (folder.Blocks is { } most && writes.Take(done).Count(one => one.Key == folder.Step) >= most) break;
            var write = writes[done++].write;
            ofStep++;
            if (!write.IsTaken) continue;
            var range = Range(plugged[write.Block]);
            Add(events, write.Type is { } type
                ? $"online: {{{range}, type: {type.ToString().ToLowerInvariant()}}}" : $"offline: {{{range}}}");
        }

        foreach (var gone in record is null ? [] : plugged.Values.Where(block => record[block.Number] is null).ToList())
        {
            plugged.Remove(gone.Number);
            Add(events, $"hotRemove: {{{Range(gone)}}}");
        }
    }

    private static void Add(List<string> events, string what) =>
        events.Add($"  - {{at: {events.Count + 1}ms, {what}}}");

    private static string Range(MemoryBlock block) => $"start: {block.Index * 128}MiB, size: 128MiB";

    private static RoundLoop Run(string machine, List<string> events)
    {
        var text = new StringBuilder($"machine: {machine}\n");
        if (events.Count > 0) text.Append("events:\n").AppendJoin('\n', events).Append('\n');
        text.Append("workloads:\n  none: {kind: fill, cpus: 0, pages: 1, gfp: GFP_KERNEL|GFP_DMA}\n");
        var scenario = ScenarioParser.Parse(text.ToString(), Path.Combine(machine, "test.yaml"), [],
            ScenarioLoader.FindMachine);
        var booted = MachineBoot.Boot(scenario.Machine, scenario.Boot, []);
        var plan = ScenarioPlan.Of(scenario, booted, 1, SimulationClock.Virtual);
        var loop = new RoundLoop(plan, GroupMap.Single(plan.CpuCount, plan.ZoneCount), new() { CountsPages = true });
        loop.Run();
        Assert.All(plan.Operator?.Results ?? [], result => Assert.Empty(result.Refusals));
        Assert.Equal(events.Count, plan.Operator?.Results.Count ?? plan.Events.Length);
        Assert.Null(RunCheck.FirstBreach(loop.Zones, loop.Cpus, plan.Tasks));
        foreach (var zone in loop.Zones) zone.Zone.CheckInvariants();
        return loop;
    }

    private static void Compare(
        CaptureFolder source, HotplugFolder folder, RoundLoop loop, IReadOnlyList<MemoryBlock> blocks)
    {
        var (zones, problems) = ZoneinfoReader.Read(
            folder.Name, File.ReadAllText(Path.Combine(source.Path, folder.Name, "zoneinfo.txt")));
        Assert.Empty(problems);
        var facts = loop.Cpus[0].Machine;
        Assert.Equal(
            zones.Where(zone => zone.IsPopulated).Select(zone => zone.Id),
            facts.Image.Zones.Where(zone => zone.Present > PageCount.Zero).Select(zone => zone.Id));
        foreach (var kernel in zones.Where(zone => zone.IsPopulated))
        {
            var at = $"{folder.Name} {kernel.Id}";
            var slot = facts.Image.SlotOf(kernel.Id);
            var (image, live) = (facts.Image.Zones[slot], loop.Zones[slot].Zone);
            AssertSame(at, (kernel.Start.Value, kernel.Spanned, kernel.Present, kernel.Managed),
                (image.Start.Value, image.Spanned.Value, image.Present.Value, live.Managed.Value));
            var marks = live.Tuning.Marks;
            AssertSame(at, (kernel.Marks.Min.Value - kernel.Boost, kernel.Marks.Low.Value - kernel.Boost,
                kernel.Marks.High.Value - kernel.Boost), (marks.Min.Value, marks.Low.Value, marks.High.Value));
            AssertSame(at, string.Join(' ', kernel.Protection),
                string.Join(' ', kernel.Protection.Select((_, column) =>
                    live.Tuning.LowmemReserve[(int)facts.Release.Architecture.ZoneKinds[column]].Value)));
            for (var cpu = 0; cpu < kernel.Pagesets.Length; cpu++)
            {
                var tuning = loop.Cpus[cpu].Machine.Zones[slot].Tuning;
                AssertSame($"{at} cpu {cpu}", kernel.Pagesets[cpu].Batch, tuning.Pageset.Batch);
                if (facts.Release.PagesetSizing != Numa.Core.Kernels.PagesetSizingRule.AutoTuned)
                    AssertSame($"{at} cpu {cpu}", kernel.Pagesets[cpu].High, tuning.Pageset.HighMin);
                if (loop.Cpus[cpu].Zones[slot] is { } own) AssertSame($"{at} cpu {cpu}", tuning, own.Tuning);
            }
        }

        CompareDump(source, folder, loop, blocks);
    }

    /// <summary>Zonelists as every CPU walks them, and the order in which the largest blocks came online.</summary>
    private static void CompareDump(
        CaptureFolder source, HotplugFolder folder, RoundLoop loop, IReadOnlyList<MemoryBlock> blocks)
    {
        if (AllocatorDump.Read(source, Path.Combine(folder.Name, "freelists.txt")) is not { } dump) return;
        foreach (var cpu in loop.Cpus)
            Assert.Equal(dump.Zonelists.Order(), ZonelistText.Lists(
                cpu.Machine.Image.Zonelists, cpu.Machine.Release.Architecture).Order());
        foreach (var list in dump.FreeLists.Where(list =>
                     list.Order == Order.MaxValue && list.Migratetype == nameof(Migratetype.Movable)))
        {
            var slot = loop.Cpus[0].Machine.Image.SlotOf(list.Zone);
            bool IsPlugged(long frame) => frame >= 6L << 18
                && blocks.Any(block => frame >> 15 == block.Index);
            var ours = loop.Zones[slot].Zone.FreeList(Order.MaxValue, Migratetype.Movable).Where(IsPlugged).ToList();
            var kernel = list.Frames.Where(IsPlugged).ToList();
            Assert.Empty(kernel.Except(ours));
            AssertSame($"{folder.Name} {list.Zone}", string.Join(' ', kernel.Select(Hex)),
                string.Join(' ', ours.Intersect(kernel).Select(Hex)));
        }
    }

    private static string Hex(long frame) => frame.ToString("x", CultureInfo.InvariantCulture);

    private static void AssertSame<T>(string at, T kernel, T ours) =>
        Assert.True(Equals(kernel, ours), $"{at}: the kernel has {kernel}, the run {ours}");
}
